import { expect, test } from 'vitest'
import { envelope, longPolling, sse } from '../../src/index.ts'
import { eventually, hold, hurried } from '../contract/listen.ts'
import { serve } from '../contract/server.ts'

const news = (id: number): string => JSON.stringify([{ id: `${id}`, data: `text ${id}` }])

test('answers that were torn on the way are no sign that the server holds nothing back', async () => {
  let nth = 0
  const { origin } = await serve({
    http(_, response) {
      nth++
      if (nth > 4) return void response.end(news(2))
      if (nth === 1) return void response.end(news(1))
      // Without a length the client cannot tell that this is not all.
      response.useChunkedEncodingByDefault = false
      response.writeHead(200, { connection: 'close' }).end(news(2).slice(0, 12))
    },
  })
  const { data, states } = hold({ transports: longPolling(origin, { dialect: envelope() }) })
  await eventually(() => expect(data).toEqual(['text 1', 'text 2']), 4_000)
  expect(states.map((state) => 'error' in state && state.error?.code)).not.toContain('not-held')
})

test('a server that was away for long and then answers 404 for a moment, as in a deploy, is asked again', async () => {
  let nth = 0
  const { origin } = await serve({
    http({ cursor }, response) {
      nth++
      if (nth > 1 && nth <= 9) return void response.destroy()
      if (nth === 10) return void response.writeHead(404).end()
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`id: ${nth}\ndata: after ${cursor}\n\n`)
      // The first line breaks once it has worked.
      if (nth === 1) response.end()
    },
  })
  const { data, connection } = hold({ transports: sse(origin), env: { clock: hurried(20) } })
  await eventually(() => expect(data).toEqual(['after undefined', 'after 1']), 4_000)
  expect(connection.state.get().status).toBe('open')
})
