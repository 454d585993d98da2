import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { envelope, webSocket } from '../../src/index.ts'
import { eventually, hold } from './listen.ts'
import { nobody, serve } from './server.ts'

const closing = (close: (socket: WebSocket) => void) => serve({ socket: close })

const again = {
  network: [1001, 1005, 1006, 3001, 4000, 4499],
  'server-busy': [1011, 1012, 1013, 1014, 4408, 4429],
} as const
const fatal = {
  forbidden: [3003, 4403],
  request: [1002, 1003, 1007, 1009, 1010, 3500, 3999, 4400, 4404, 4405, 4406, 4409, 4500, 4999],
} as const

function closeWith(code: number, reason?: string) {
  return (socket: WebSocket): void => {
    if (code === 1006) socket.terminate()
    else if (code === 1005) socket.close()
    else socket.close(code, reason)
  }
}

test.each(Object.entries(again))('comes back after a close code that means "%s"', async (kind, codes) => {
  for (const code of codes) {
    const { origin, asked } = await closing(closeWith(code))
    const { reach } = hold({ transports: webSocket(origin) })
    expect((await reach('waiting')).error).toMatchObject({ kind, closeCode: code, code: `ws-${code}`, retryable: true })
    await eventually(() => expect(asked.length).toBeGreaterThan(1))
  }
})

test.each(Object.entries(fatal))('gives up on a close code that means "%s"', async (kind, codes) => {
  for (const code of codes) {
    const { origin, asked } = await closing(closeWith(code))
    const { reach } = hold({ transports: webSocket(origin) })
    expect((await reach('failed')).error).toMatchObject({ kind, closeCode: code, code: `ws-${code}`, retryable: false })
    expect(asked.length).toBe(1)
  }
})

test.each([3000, 4401, 1008])('tries %i once more, with credentials that are asked for anew', async (code) => {
  const { origin, asked } = await closing(closeWith(code))
  let token = 0
  const { reach } = hold({ transports: webSocket(() => `${origin}/?token=${++token}`) })
  expect((await reach('failed')).error).toMatchObject({ kind: 'auth', closeCode: code })
  expect(asked.map(({ query }) => query.get('token'))).toEqual(['1', '2'])
})

test('is closed by 1000, with the reason that was given', async () => {
  const { origin, asked } = await closing(closeWith(1000, 'good night 晚安'))
  const { reach } = hold({ transports: webSocket(origin) })
  expect(await reach('closed')).toMatchObject({ reason: 'ended', ending: 'good night 晚安' })
  expect(asked.length).toBe(1)
})

test.each([1012, 1013])('waits as long as the reason of %i asks for', async (code) => {
  const { origin } = await closing(closeWith(code, 'deploy, retry=5000'))
  const { reach } = hold({ transports: webSocket(origin) })
  const { retryAtMs } = await reach('waiting')
  expect(retryAtMs - Date.now()).toBeGreaterThan(4_000)
  expect(retryAtMs - Date.now()).toBeLessThanOrEqual(6_250)
})

test('takes a refused upgrade and a refused port for a broken line', async () => {
  for (const url of [(await serve({})).origin, await nobody()]) {
    const { reach } = hold({ transports: webSocket(url) })
    expect((await reach('waiting')).error).toMatchObject({ kind: 'network', closeCode: 1006, retryable: true })
  }
})

test('does not ask for ever for what the server says is gone: 4410, as PROTOCOL.md has it', async () => {
  const { origin } = await closing(closeWith(4410))
  const { connection } = hold({ transports: webSocket(origin) })
  await eventually(() => expect(connection.state.get()).toMatchObject({ status: 'failed', failures: 1 }), 1_000)
})

test('with the envelope, code 1000 says nothing of how it ended: only the `end` control does', async () => {
  const { origin } = await serve({ socket: (socket) => socket.close(1000, 'bye') })
  const { reach } = hold({ transports: webSocket(origin, { dialect: envelope() }) })
  const state = await reach('closed')
  expect(state).toMatchObject({ reason: 'ended' })
  expect(state.ending).toBeUndefined()
})
