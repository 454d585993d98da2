// One page in both frameworks: a server renders it, and a browser hydrates what the server has rendered.
import { defineComponent, h } from 'vue'
import { type ChatOptions, textOf } from 'holdline/chat'
import * as react from 'holdline/react'
import * as vue from 'holdline/vue'

/** What a server makes of it, whatever is kept in the page's store. */
export const html = '<main><p>c ready : A text. ready  ready nothing</p></main>'

export function ReactPage({ options }: { options: ChatOptions }) {
  return (
    <react.ChatProvider chat={options}>
      <main>
        <Below options={options} />
      </main>
    </react.ChatProvider>
  )
}

function Below({ options: { persist: _persist, ...options } }: { options: ChatOptions }) {
  const { id, status, messages, chat } = react.useSharedChat()
  const row = react.useMessage(chat, messages[1]?.id ?? '')
  const text = react.useSmoothText('A text.')
  const one = react.useCompletion({ ...options, id: 'completion' })
  const other = react.useObject<string>({ ...options, id: 'object' })
  return (
    <p>
      {`${id} ${status} ${messages.map(textOf).join()}:${row ? textOf(row) : ' '}${text} ` +
        `${one.status} ${one.completion} ${other.status} ${other.object ?? 'nothing'}`}
    </p>
  )
}

export const vuePage = ({ persist, ...rest }: ChatOptions) => {
  const Inner = defineComponent(() => {
    const { id, status, messages, chat } = vue.injectChat()
    const row = vue.useMessage(chat, () => messages.value[1]?.id ?? '')
    const text = vue.useSmoothText('A text.')
    const one = vue.useCompletion({ ...rest, id: 'completion' })
    const other = vue.useObject<string>({ ...rest, id: 'object' })
    return () =>
      h(
        'p',
        `${id.value} ${status.value} ${messages.value.map(textOf).join()}:${row.value ? textOf(row.value) : ' '}${text.value} ` +
          `${one.status.value} ${one.completion.value} ${other.status.value} ${other.object.value ?? 'nothing'}`,
      )
  })
  return defineComponent(() => {
    vue.provideChat({ ...rest, persist })
    return () => h('main', h(Inner))
  })
}
