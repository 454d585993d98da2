// What an application writes, for scripts/check-types.mjs: every door is named, and what is inferred is what is meant.
import * as front from 'holdline'
import { createConnection, envelope, fold, json, longPolling, sse, webSocket } from 'holdline'
import * as fetchEventSource from 'holdline/adapters/fetch-event-source'
import * as reconnectingWebSocket from 'holdline/adapters/reconnecting-websocket'
import * as aiSdk from 'holdline/ai-sdk'
import { createChat, openAi, plain, textOf } from 'holdline/chat'
import { mcp, mercure, nchan } from 'holdline/dialects'
import * as react from 'holdline/react'
import * as tanstack from 'holdline/tanstack'
import { manualClock, scriptedTransport } from 'holdline/testing'
import * as vue from 'holdline/vue'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Does not compile where the two types differ. */
const same = <A, B>(..._proof: Same<A, B> extends true ? [] : ['These types differ', A, B]): void => undefined

const dialect = envelope()
const likes = createConnection({
  transports: [
    webSocket('/likes', { dialect }),
    sse('/likes', { dialect, headers: async () => ({ authorization: 'Bearer key' }) }),
    longPolling('/likes', { dialect }),
  ],
  decode: json<{ likes: number }>(),
})
likes.subscribe(({ data, id }) => same<[typeof data, typeof id], [{ likes: number }, string | undefined]>())
const sum = fold(likes, (total, { data }) => total + data.likes, 0).get()
same<typeof sum, number>()
const raw = createConnection({ transports: sse('/likes') })
raw.subscribe(({ data }) => same<typeof data, string>())

const chat = createChat({ transports: sse('/chat'), protocol: openAi() })
const texts = chat.get().messages.map(textOf)
same<typeof texts, string[]>()

/** Never called: hooks want a component around them. */
export function Component(): unknown[] {
  const inReact = react.useConnection({ transports: sse('/likes'), decode: json<{ likes: number }>() })
  const total = react.useFold(inReact.connection, (_, { data }) => data.likes, 0)
  same<typeof total, number>()
  const inVue = vue.useConnection({ transports: sse('/likes'), decode: json<{ likes: number }>() })
  const refs = vue.useFold(inVue.connection, (_: number, { data }) => data.likes, 0)
  same<typeof refs.value, number>()
  const asked = vue.useChat({ transports: sse('/chat'), protocol: plain() })
  const answered = react.useChat({ transports: sse('/chat'), protocol: plain() })
  same<typeof asked.status.value, typeof answered.status>()
  return [total, refs, asked, answered]
}

export const rest = [
  [mcp, mercure, nchan, manualClock, scriptedTransport],
  [front, aiSdk, tanstack, fetchEventSource, reconnectingWebSocket],
]
