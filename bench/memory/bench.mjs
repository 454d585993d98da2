// What a line holds in memory, and what many of them leave behind.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { median } from '../lib/numbers.mjs'

const LINES = 300
const RECONNECTS = 2_000
const OWN = ['bare WebSocket', 'bare fetch', 'holdline webSocket', 'holdline sse']
const ALL = [
  ...OWN,
  'reconnecting-websocket',
  'partysocket',
  'socket.io-client',
  'fetch-event-source',
  'eventsource (package)',
]
const overWebSocket = (name) => /web\s?socket|party|socket\.io/i.test(name)

export default {
  id: 'memory',
  title: 'Memory',
  what: `The heap that an idle line holds, in Node ${process.versions.node.split('.')[0]} after garbage collection, each contestant in a process of its own against a server in another: ${LINES} lines that have heard their first message. "Over the bare one" takes off what the socket of the \`ws\` package, or a \`fetch\` whose body is read, holds by itself. Then one line is made anew ${RECONNECTS.toLocaleString('en-US')} times by hand: what the heap has grown by for each, and how many timers and sockets are there that were not before. A few hundred bytes to either side are noise.`,
  ours: 'holdline webSocket',
  rounds: 3,
  shortRounds: 1,
  goals: [
    { column: 'over', contestant: 'holdline webSocket', max: 2_000, text: 'an idle WebSocket line holds little' },
    { column: 'over', contestant: 'holdline sse', max: 2_000, text: 'an idle SSE line holds little' },
    {
      column: 'growth',
      contestant: 'holdline webSocket',
      max: 1_000,
      text: 'the heap stays flat over 2,000 reconnects, WebSocket',
    },
    {
      column: 'growth',
      contestant: 'holdline sse',
      max: 1_000,
      text: 'the heap stays flat over 2,000 reconnects, SSE',
    },
    { column: 'left', contestant: 'holdline webSocket', max: 0, text: 'no timer and no socket is left, WebSocket' },
    { column: 'left', contestant: 'holdline sse', max: 0, text: 'no timer and no socket is left, SSE' },
  ],
  async open({ short, only }) {
    const server = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'access-control-allow-origin': '*' })
      response.write('data: welcome\n\n')
      request.on('close', () => response.end())
    })
    const sockets = new WebSocketServer({ noServer: true })
    sockets.on('connection', (socket) => socket.send('welcome'))
    // Socket.IO answers for its own path, and is there only where somebody measures it.
    const io = only ? undefined : new (await import('socket.io')).Server(server, { destroyUpgrade: false })
    server.on('upgrade', (request, socket, head) => {
      if (request.url.startsWith('/socket.io')) return
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const host = `127.0.0.1:${server.address().port}`
    const addresses = { ws: `ws://${host}/line`, sse: `http://${host}/stream`, io: `http://${host}` }

    const ask = (name) => inChild([name, addresses, short ? LINES / 3 : LINES, short ? RECONNECTS / 4 : RECONNECTS])
    /** What each kind of line holds by itself, by the median of a few. */
    const bare = {}
    for (const name of ['bare WebSocket', 'bare fetch']) {
      const idles = []
      for (let turn = 0; turn < (short ? 1 : 3); turn++) idles.push((await ask(name)).idle)
      bare[name] = median(idles)
    }
    return {
      contestants: only ? OWN : ALL,
      columns: [
        { id: 'idle', title: 'heap per idle line', unit: 'bytes', kind: 'bytes', better: 'less' },
        { id: 'over', title: 'over the bare one', unit: 'bytes', kind: 'bytes', better: 'less', plot: true },
        { id: 'growth', title: 'growth per reconnect', unit: 'bytes', kind: 'bytes', better: 'less' },
        { id: 'left', title: 'timers and sockets left', kind: 'count', better: 'less' },
      ],
      async measure(name) {
        const { idle, growth, left } = await ask(name)
        const own = bare[overWebSocket(name) ? 'bare WebSocket' : 'bare fetch']
        return { idle, over: name in bare ? undefined : idle - own, growth, left }
      },
      async close() {
        await io?.close()
        sockets.close()
        server.closeAllConnections()
        server.close()
      },
    }
  },
}

/** Answers with what the child has measured, or rejects with what it has said last. */
function inChild(task) {
  const child = fork(new URL('child.mjs', import.meta.url), [JSON.stringify(task)], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
  return new Promise((resolve, reject) => {
    let answer
    child.on('message', (message) => (answer = message))
    child.on('exit', () =>
      answer ? resolve(answer) : reject(new Error(/Error: .*/.exec(said)?.[0] ?? said.slice(0, 100))),
    )
  })
}
