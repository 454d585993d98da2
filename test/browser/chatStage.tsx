// One hook in a component of its own, in both frameworks, so that what is promised for both is said once.
import { type ReactNode, StrictMode, useEffect } from 'react'
import { render as renderReact } from 'vitest-browser-react'
import { render as renderVue } from 'vitest-browser-vue'
import { defineComponent, h, isRef, type ShallowRef, shallowRef, unref } from 'vue'
import type { Chat, ChatOptions } from 'holdline/chat'
import * as react from 'holdline/react'
import * as vue from 'holdline/vue'

/** What a component shows, and what can be done with it. */
export interface Mounted<Given, Shown> {
  /** What the hook returned in the render that is on the page. */
  readonly now: Shown
  /** Every value that was on the page, in order. */
  readonly seen: readonly Shown[]
  change(given: Given): Promise<void>
  unmount(): Promise<void>
}

type Mount<Given, Shown> = (given: Given) => Promise<Mounted<Given, Shown>>

export interface Stage {
  readonly name: string
  readonly mountChat: Mount<ChatOptions | Chat, react.UsedChat>
  readonly mountCompletion: Mount<react.CompletionOptions, react.UsedCompletion>
  mountObject<T>(options: react.ObjectOptions<T>): Promise<Mounted<react.ObjectOptions<T>, react.UsedObject<T>>>
  readonly mountText: Mount<{ readonly text: string; readonly lagMs?: number }, string>
  /** A chat that is shared, and two components deep below that use it. */
  readonly mountShared: Mount<ChatOptions | Chat, readonly [react.UsedChat, react.UsedChat]>
}

async function inReact<Given, Shown>(
  use: (given: Given) => Shown,
  first: Given,
  around: (given: Given, child: ReactNode) => ReactNode = (_, child) => child,
): Promise<Mounted<Given, Shown>> {
  const seen: Shown[] = []
  const Box = ({ given }: { given: Given }) => {
    const value = use(given)
    // Not a hook's business: tells commits, which is what a reader pays for.
    useEffect(() => void seen.push(value))
    return null
  }
  const page = (given: Given) => around(given, <Box given={given} />)
  const { rerender, unmount } = await renderReact(page(first), { wrapper: StrictMode })
  return {
    seen,
    get now() {
      return seen.at(-1)!
    },
    change: (given) => rerender(page(given)),
    unmount,
  }
}

/** What a template sees of refs. */
const unwrapped = (used: object): unknown =>
  isRef(used) ? used.value : Object.fromEntries(Object.entries(used).map(([key, value]) => [key, unref(value)]))

async function inVue<Given, Shown>(
  use: (given: ShallowRef<Given>) => object,
  first: Given,
  around?: (given: ShallowRef<Given>) => unknown,
): Promise<Mounted<Given, Shown>> {
  const seen: Shown[] = []
  const given = shallowRef(first) as ShallowRef<Given>
  const Box = defineComponent(() => {
    const used = use(given)
    return () => {
      seen.push((Array.isArray(used) ? used.map(unwrapped) : unwrapped(used)) as Shown)
      return h('i')
    }
  })
  const Page = defineComponent(() => {
    around?.(given)
    return () => h(Box)
  })
  const { unmount } = await renderVue(Page)
  return {
    seen,
    get now() {
      return seen.at(-1)!
    },
    change: async (next) => void (given.value = next),
    unmount,
  }
}

const reactStage: Stage = {
  name: 'React',
  mountChat: (given) => inReact(react.useChat, given),
  mountCompletion: (given) => inReact(react.useCompletion, given),
  mountObject: <T,>(given: react.ObjectOptions<T>) => inReact(react.useObject<T>, given),
  mountText: (given) => inReact(({ text, ...options }) => react.useSmoothText(text, options), given),
  mountShared: (given) =>
    inReact(
      () => [react.useSharedChat(), react.useSharedChat()] as const,
      given,
      (chat, child) => <react.ChatProvider chat={chat}>{child}</react.ChatProvider>,
    ),
}

const vueStage: Stage = {
  name: 'Vue',
  mountChat: (given) => inVue(vue.useChat, given),
  mountCompletion: (given) => inVue(vue.useCompletion, given),
  mountObject: <T,>(given: react.ObjectOptions<T>) =>
    inVue<react.ObjectOptions<T>, react.UsedObject<T>>((options) => vue.useObject(options), given),
  mountText: (given) =>
    inVue(
      (source) =>
        vue.useSmoothText(
          () => source.value.text,
          () => source.value,
        ),
      given,
    ),
  mountShared: (given) => inVue(() => [vue.injectChat(), vue.injectChat()], given, vue.provideChat),
}

export const stages = [reactStage, vueStage]
