// The packages of others, each used as its own documentation shows.
import { _iterSSEMessages as anthropic } from '@anthropic-ai/sdk/core/streaming.mjs'
import { XStream } from '@ant-design/x-sdk'
import { fetchEventSource } from '@microsoft/fetch-event-source'
import { EventSource } from 'eventsource'
import { createParser } from 'eventsource-parser'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { _iterSSEMessages as openAi } from 'openai/core/streaming.mjs'
import { ADDRESS } from './own.mjs'

/** fetch-event-source knows no other place than a page; in Node one is put up for as long as it runs. */
async function inAPage(task) {
  if (globalThis.window) return task()
  const page = { window: globalThis, document: { removeEventListener() {} } }
  Object.assign(globalThis, page)
  try {
    return await task()
  } finally {
    for (const name of Object.keys(page)) delete globalThis[name]
  }
}

/** Both SDKs decode with a function of the same name; what they make of the data afterwards is not counted. */
const decoder = (messagesOf) => async (answer, take) => {
  for await (const { data } of messagesOf(answer(), new AbortController())) take(data)
}

export const peers = {
  async 'eventsource-parser in a loop'(answer, take) {
    const reader = answer().body.getReader()
    const decoder = new TextDecoder()
    const parser = createParser({ onEvent: ({ data }) => take(data) })
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
    }
  },
  async 'eventsource-parser/stream'(answer, take) {
    const events = answer().body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
    const reader = events.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      take(value.data)
    }
  },
  'fetch-event-source': (answer, take) =>
    inAPage(() =>
      fetchEventSource(ADDRESS, {
        fetch: async () => answer(),
        openWhenHidden: true,
        // It hands on each comment as an empty message.
        onmessage: ({ data }) => data && take(data),
        onerror(error) {
          throw error
        },
      }),
    ),
  'eventsource (package)': (answer, take, messages) =>
    new Promise((resolve, reject) => {
      const source = new EventSource(ADDRESS, { fetch: async () => answer() })
      let heard = 0
      source.addEventListener('error', ({ message }) => heard < messages && reject(new Error(message)))
      source.addEventListener('message', ({ data }) => {
        take(data)
        if (++heard < messages) return
        source.close()
        resolve()
      })
    }),
  '@anthropic-ai/sdk decoder': decoder(anthropic),
  'openai decoder': decoder(openAi),
  async 'Ant Design X XStream'(answer, take) {
    for await (const { data } of XStream({ readableStream: answer().body })) if (data !== undefined) take(data)
  },
}
