import { expect, onTestFinished, test } from 'vitest'
import { newRoom } from './server.ts'

const patient = { timeout: 10_000 }

test.each([
  ['webSocket', '/ws'],
  ['sse', '/sse'],
  ['longPolling', '/poll'],
])('a worker holds a line over %s, and comes back after a cut with nothing lost', async (transport, path) => {
  const room = newRoom()
  const worker = new Worker(new URL('./inWorker.ts', import.meta.url), { type: 'module' })
  onTestFinished(() => worker.terminate())
  const told: string[] = []
  worker.addEventListener('message', ({ data }: MessageEvent<string>) => told.push(data))
  worker.postMessage({ transport, url: room.url(path) })
  await expect.poll(() => told, patient).toContain('(open)')
  await room.say('one')
  await expect.poll(() => told, patient).toContain('one')
  await room.cut()
  await room.say('two')
  await room.say('three')
  await expect.poll(() => told, patient).toContain('three')
  expect(told.filter((word) => !word.startsWith('('))).toEqual(['one', 'two', 'three'])
})
