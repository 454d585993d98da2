import { expect, test, vi } from 'vitest'
import { reconnectingWebSocket } from '../../src/adapters/reconnectingWebSocket.ts'
import type { webSocket as WebSocket } from '../../src/index.ts'
import { call, eventually } from '../contract/listen.ts'
import { rigs } from '../contract/rigs.ts'
import { serve } from '../contract/server.ts'
import { contract } from './contract.ts'

// Wherever the contract says `webSocket`, the adapter stands under its name.
vi.mock('../../src/index.ts', async (original) => {
  const { reconnectingWebSocket } = await import('../../src/adapters/reconnectingWebSocket.ts')
  const webSocket: typeof WebSocket = (url, options) => ({ ...reconnectingWebSocket(url, options), name: 'webSocket' })
  return { ...(await original<object>()), webSocket }
})

// What the package does in its own way, the adapter keeps from showing: no exceptions.
contract({
  without: ['grammar', 'polls', 'post', 'refusals'],
  others: /^'?(polling|longPolling|sse)|stream|comments|100 MB/,
  exceptions: {},
})

test('the contract is about the adapter', () => {
  expect(rigs.find(({ name }) => name === 'webSocket')?.transport('/').label).toBe('reconnectingWebSocket /')
})

test('a binary frame arrives as an ArrayBuffer', async () => {
  const { origin } = await serve({ socket: (socket) => socket.send(Buffer.of(1, 2)) })
  const { frames } = call(reconnectingWebSocket(origin))
  await eventually(() => expect(frames[0]?.bytes).toBeInstanceOf(ArrayBuffer))
})
