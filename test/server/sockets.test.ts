import { expect, test } from 'vitest'
import { dial, puppet, start } from './rig.js'

test.each([
  ['no JSON', 'hello?', 4400],
  ['no object', '[17]', 4400],
  ['a run without a body', '{"t":"run","chat":"c","run":"r"}', 4400],
  ['a run without an id', '{"t":"run","chat":"c","body":{}}', 4400],
  ['a question without messages', '{"t":"run","chat":"c","run":"r","body":{}}', 4400],
  ['a frame that is too large', `{"t":"run","x":"${'x'.repeat(1_100_000)}"}`, 1009],
])('a WebSocket that says %s is closed and told why', async (_what, frame, code) => {
  const { url } = await start({ answerer: puppet(), maxBodyBytes: 1_000_000 })
  const line = dial(url, '/api/chat/ws')
  await line.opened
  line.socket.send(frame)
  const closed = await line.closed
  expect(closed.code).toBe(code)
  if (code === 4400) expect(closed.reason).not.toBe('')
})

test('a WebSocket that says nothing is closed; one that says what nobody knows is not', async () => {
  const { url } = await start({ helloWithinMs: 100 })
  const line = dial(url, '/api/live/ws', { t: 'from-the-future' })
  await line.opened
  line.socket.send(JSON.stringify([{ t: 'ping' }, { data: 'a message' }]))
  await expect.poll(() => line.items).toEqual([{ t: 'pong' }])
  expect(await line.closed).toMatchObject({ code: 4408 })
})

test('a peer that has silently gone is let go of', async () => {
  const { url, server } = await start({ heartbeatMs: 50 })
  const line = dial(url, '/api/live/ws', { t: 'hello', v: 1 })
  await line.opened
  // It answers nothing any more, not even a ping.
  line.socket.pause()
  const connections = (): Promise<number> =>
    new Promise((settle, fail) => server.getConnections((error, count) => (error ? fail(error) : settle(count))))
  await expect.poll(connections, { timeout: 5_000 }).toBe(0)
})
