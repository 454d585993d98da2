import * as valibot from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import type { ComputedRef } from 'vue'
import { type HoldlineError, sse } from 'holdline'
import { type Chat, type ChatMessage, type ChatStatus, type MessageEnd, openAi } from 'holdline/chat'
import * as react from 'holdline/react'
import * as vue from 'holdline/vue'
import { z } from 'zod'

const options = { transports: sse('/chat'), protocol: openAi() }
const recipe = z.object({ name: z.string(), steps: z.array(z.object({ text: z.string(), minutes: z.number() })) })

type Recipe = z.output<typeof recipe>
type Growing =
  | {
      readonly name?: string
      readonly steps?: readonly { readonly text?: string; readonly minutes?: number }[]
    }
  | undefined

describe('an object', () => {
  test('has the shape of its schema once it is whole, and may lack anything before', () => {
    const { object, submit, error } = react.useObject({ ...options, schema: recipe })
    expectTypeOf(object).toEqualTypeOf<Growing>()
    expectTypeOf(submit('tea')).toEqualTypeOf<Promise<Recipe | undefined>>()
    expectTypeOf(error).toEqualTypeOf<HoldlineError | undefined>()
    const used = vue.useObject(() => ({ ...options, schema: recipe }))
    expectTypeOf(used.object).toEqualTypeOf<ComputedRef<Growing>>()
    expectTypeOf(used.submit('tea')).toEqualTypeOf<Promise<Recipe | undefined>>()
  })

  test('takes the schemas of others, and a type alone', () => {
    const { submit } = react.useObject({ ...options, schema: valibot.object({ name: valibot.string() }) })
    expectTypeOf(submit('tea')).toEqualTypeOf<Promise<{ name: string } | undefined>>()
    expectTypeOf(react.useObject<{ a: 1 }>(options).object).toEqualTypeOf<{ readonly a?: 1 } | undefined>()
    expectTypeOf(react.useObject(options).object).toEqualTypeOf<unknown>()
  })

  test('is told to onFinish as it is once it is whole', () => {
    react.useObject({
      ...options,
      schema: recipe,
      onFinish: ({ object, end }) => {
        expectTypeOf(object).toEqualTypeOf<Recipe | undefined>()
        expectTypeOf(end).toEqualTypeOf<MessageEnd>()
      },
    })
  })

  test('has no conversation', () => {
    // @ts-expect-error there is nothing before the question
    react.useObject({ ...options, messages: [] })
    // @ts-expect-error the newer question takes the place of the other
    vue.useCompletion({ ...options, whileBusy: 'queue' })
  })
})

test('both frameworks have the same names, and in Vue what is shown is a ref', () => {
  type Names<T> = { [K in keyof T]: K }
  expectTypeOf<Names<vue.UsedChat>>().toEqualTypeOf<Names<react.UsedChat>>()
  expectTypeOf<keyof vue.UsedCompletion>().toEqualTypeOf<keyof react.UsedCompletion>()
  expectTypeOf<keyof vue.UsedObject<Recipe>>().toEqualTypeOf<keyof react.UsedObject<Recipe>>()
  expectTypeOf(vue.useCompletion(options).status).toEqualTypeOf<ComputedRef<ChatStatus>>()
  expectTypeOf(vue.injectChat().messages).toEqualTypeOf<ComputedRef<readonly ChatMessage[]>>()
  expectTypeOf(react.useSharedChat().chat).toEqualTypeOf<Chat>()
  expectTypeOf(vue.useSmoothText(() => 'text')).toEqualTypeOf<ComputedRef<string>>()
})
