import { launch } from '../browser/chromium.mjs'
import { bundlePage } from '../browser/pages.mjs'
import { median } from '../lib/numbers.mjs'
import { forgetFloods } from './messages.mjs'
import { serveLines } from './server.mjs'

/** What goes before, so that everything is compiled. */
const WARM = 20_000
/** How often a flood is repeated at the most, and for how long at the least. */
const MOST_FLOODS = 7
const ENOUGH_MS = 1_000

/** Who is measured, and what it listens to at the server. */
const paths = {
  'fetch + split (bare)': '/stream',
  'holdline sse': '/stream',
  'EventSource (native)': '/stream',
  'EventSource (native), with ids': '/stream',
  'holdline eventSource': '/stream',
  'fetch-event-source': '/stream',
  eventsource: '/stream',
  'eventsource-client': '/stream',
  'WebSocket (native)': '/ws',
  'holdline webSocket': '/ws',
  'reconnecting-websocket': '/ws',
  partysocket: '/ws',
  'Socket.IO': '/socket.io',
  'WebSocket (native), 500 a frame': '/batch',
  'holdline webSocket + envelope': '/batch',
  'long poll (bare)': '/poll',
  'holdline longPolling': '/poll',
}

/** Ours, and the bare API that it stands on. */
const pairs = [
  ['holdline sse', 'fetch + split (bare)'],
  ['holdline eventSource', 'EventSource (native), with ids'],
  ['holdline webSocket', 'WebSocket (native)'],
  ['holdline webSocket + envelope', 'WebSocket (native), 500 a frame'],
  ['holdline longPolling', 'long poll (bare)'],
]

export default {
  id: 'line',
  title: 'What a line costs',
  what: `A page in Chromium listens over one line at a time. _Paced_: a message of 200 bytes every 10 ms, and how long it takes from the server's write to the listener, with the clocks of both compared beforehand. _Flood_: as many messages as are taken, made beforehand at the server, and the CPU time of the page's main thread for them.

Everybody on the same kind of line gets the same bytes; where the bytes differ is what the last group is about: a WebSocket frame costs a browser about 25 µs whatever it holds, so \`envelope()\` carries all that a server writes in one turn, in a flood 500 messages as our reference server does, in a frame. The peers have no such thing, but a native WebSocket with lists of one's own has, and is the limit there. The bare contestants do nothing but the reading: no reconnecting, no ids, no fields but \`data\`; only _EventSource with ids_ also asks each event for its id, which nobody can leave out who goes on from there over another transport. The page hides what happens in the browser's network process; its CPU is not counted.`,
  ours: 'holdline sse',
  limit: 'fetch + split (bare)',
  rounds: 3,
  shortRounds: 1,
  goals: [
    ...pairs.flatMap(([contestant, against]) => [
      {
        column: 'flood',
        contestant,
        against,
        min: 1 / 1.2,
        text: `${contestant}: a flood within 1.2 × of the bare API`,
      },
      {
        column: 'p50',
        contestant,
        against,
        // The clocks of two processes agree to a tenth of a millisecond or two, and the way takes not much longer.
        max: 2,
        text: `${contestant}: the way of a message within 2 × of the bare API`,
      },
    ]),
    {
      column: 'flood',
      contestant: 'holdline webSocket + envelope',
      against: ['reconnecting-websocket', 'partysocket', 'Socket.IO'],
      min: 15,
      text: 'envelope(): 15 × the messages of the best WebSocket peer in a flood',
    },
  ],
  async open({ short }) {
    const server = await serveLines(await bundlePage('line.js'))
    const browser = await launch()
    const flood = short ? 20_000 : 200_000
    const paced = short ? 200 : 400

    async function measure(who) {
      const page = await browser.open(server.base)
      const path = paths[who]
      try {
        await page.call('flood', who, server.urlFor(path, 'flood', WARM), WARM)
        await page.collectGarbage()
        const before = await page.spent()
        const floods = []
        // Who is quick is asked again: what else the machine does meanwhile weighs less.
        while (floods.length < MOST_FLOODS && floods.reduce((sum, ms) => sum + ms, 0) < ENOUGH_MS) {
          floods.push(await page.call('flood', who, server.urlFor(path, 'flood', flood), flood))
        }
        const after = await page.spent()
        const delays = await page.call('paced', who, server.urlFor(path, 'paced', paced), paced)
        return {
          flood: flood / median(floods),
          cpu: ((after.cpuMs - before.cpuMs) / (flood * floods.length)) * 10_000,
          p50: delays[Math.floor(delays.length * 0.5)],
          p99: delays[Math.floor(delays.length * 0.99)],
        }
      } finally {
        await page.close()
      }
    }

    return {
      contestants: Object.keys(paths),
      columns: [
        { id: 'flood', title: 'flood', unit: 'messages per ms', kind: 'time', better: 'more' },
        { id: 'cpu', title: 'CPU per 10,000', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'p50', title: 'on the way, p50', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'p99', title: 'on the way, p99', unit: 'ms', kind: 'time', better: 'less' },
      ],
      measure,
      async close() {
        await browser.close()
        await server.close()
        forgetFloods()
      },
    }
  },
}
