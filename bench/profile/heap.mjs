// Whose objects an idle WebSocket line is made of: a sampling of the heap, of what is still reachable.
import { Session } from 'node:inspector/promises'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket, WebSocketServer } from 'ws'
import { table, told } from '../lib/table.mjs'

const LINES = 300
const LISTED = 12
/** A sample each so many bytes. */
const INTERVAL = 64

/** A server of its own: what it holds must not be counted. */
function serve() {
  const server = createServer()
  new WebSocketServer({ server }).on('connection', (socket) => socket.send('welcome'))
  server.listen(0, '127.0.0.1', () => process.send(server.address().port))
}

const whoIs = ({ functionName, url }) => {
  if (url.includes('/dist/')) return `\`${functionName || 'functions without a name'}\``
  return url.includes('/ws/') ? 'the package `ws`' : 'Node and the engine'
}

export async function heapProfile() {
  const child = fork(fileURLToPath(import.meta.url))
  const [port] = await once(child, 'message')
  const { createConnection, webSocket } = await import('../../dist/index.js')
  const line = () =>
    new Promise((resolve) => {
      const url = `ws://127.0.0.1:${port}/`
      const connection = createConnection({ transports: webSocket(url), env: { WebSocket, baseUrl: url } })
      connection.subscribe(() => resolve(connection))
    })
  // What is set up once is no line's.
  await line()
  const session = new Session()
  session.connect()
  await session.post('HeapProfiler.enable')
  await session.post('HeapProfiler.startSampling', { samplingInterval: INTERVAL })
  const held = []
  while (held.length < LINES) held.push(...(await Promise.all(Array.from({ length: 20 }, line))))
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc()
    await pause(20)
  }
  const { profile } = await session.post('HeapProfiler.stopSampling')
  session.disconnect()
  for (const connection of held) connection.close()
  child.kill()

  const bytes = new Map()
  const add = ({ callFrame, selfSize, children }) => {
    const who = whoIs(callFrame)
    bytes.set(who, (bytes.get(who) ?? 0) + selfSize / held.length)
    children.forEach(add)
  }
  add(profile.head)
  const rows = [...bytes].toSorted(([, one], [, other]) => other - one)
  const rest = rows.slice(LISTED).reduce((sum, [, more]) => sum + more, 0)
  const cell = (count) => told(Math.round(count), 'bytes')
  return table(
    ['made by', 'bytes per line'],
    [...rows.slice(0, LISTED).map(([who, count]) => [who, cell(count)]), ['all other functions', cell(rest)]],
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve()
