// What each package adds to a page, for the smallest use of it that is realistic.
import { bundles, weigh } from './bundles.mjs'

export default {
  id: 'size',
  title: 'Size on the page',
  what: `What a page downloads for the smallest realistic use: bundled and minified by esbuild for ES2022, compressed with brotli at its highest setting. React and Vue themselves stay outside, for everybody. \`holdline\` comes from its own build, with the SSE parser that it uses.

The packages do not do the same. reconnecting-websocket, partysocket, eventsource and fetch-event-source hold one kind of line, without fallback, acknowledgements or resume over WebSocket; Socket.IO, SignalR, Centrifuge, Phoenix and graphql-ws speak a protocol of their own with a server of their own. Of the chats, \`useXChat\` brings no recovery of a cut answer. So a row is to be compared with the rows that do what you need.`,
  ours: 'holdline, WebSocket only',
  rounds: 1,
  shortRounds: 1,
  goals: [
    {
      column: 'brotli',
      contestant: 'holdline, WebSocket only',
      max: 4_500,
      text: 'a WebSocket-only line with resume and heartbeat',
    },
    {
      column: 'brotli',
      contestant: 'holdline, all (SSE parser outside)',
      max: 9_000,
      text: 'the whole core with all transports',
    },
    {
      column: 'brotli',
      contestant: 'holdline useChat (React)',
      max: 12_000,
      text: 'a chat in React with four transports',
    },
    { column: 'brotli', contestant: 'holdline useChat (Vue)', max: 12_000, text: 'a chat in Vue with four transports' },
  ],
  /** `npm run bench:check`: what of it is compared with the committed results. */
  check: {
    contestants: [
      'holdline, WebSocket only',
      'holdline, SSE only',
      'holdline, all (SSE parser outside)',
      'holdline useChat (React)',
      'holdline useChat (Vue)',
    ],
  },
  async open() {
    return {
      contestants: Object.keys(bundles),
      columns: [
        { id: 'brotli', title: 'minified and brotli', unit: 'bytes', kind: 'bytes', better: 'less', plot: true },
        { id: 'minified', title: 'minified', unit: 'bytes', kind: 'bytes', better: 'less' },
      ],
      measure: (name) => weigh(bundles[name]),
    }
  },
}
