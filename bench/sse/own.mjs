// What is measured by everybody who has cloned the project: the limit, and ours.
import { createConnection, sse } from 'holdline'

/** An address that is never asked: each contestant is handed a fetch of its own. */
export const ADDRESS = 'http://127.0.0.1:9/stream'

/** Each reads an answer to its end and hands on the data of each message. */
export const own = {
  /** The least that can be done: read, decode, split, cut the field's name off. */
  async 'bare read + decode + split'(answer, take) {
    const reader = answer().body.getReader()
    const decoder = new TextDecoder()
    let rest = []
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const text = decoder.decode(value, { stream: true })
      rest.push(text)
      // In the middle of a long line: no need to look at it again and again.
      if (!text.includes('\n')) continue
      const blocks = rest.join('').split('\n\n')
      rest = [blocks.pop()]
      for (const block of blocks) {
        const at = block.indexOf('data: ')
        if (at >= 0) take(block.slice(at + 6))
      }
    }
  },

  /** All of it: the connection with its transport, ids, heartbeats and what it knows of drops; a listener at its end. */
  holdline(answer, take, messages) {
    return new Promise((resolve, reject) => {
      const connection = createConnection({
        transports: sse(ADDRESS),
        env: { fetch: async () => answer(), baseUrl: ADDRESS },
      })
      let heard = 0
      connection.state.subscribe(() => {
        const { error } = connection.state.get()
        if (error && heard < messages) reject(error)
      })
      connection.subscribe(({ data }) => {
        take(data)
        if (++heard < messages) return
        connection.close()
        resolve()
      })
    })
  },
}
