// How long the packages of others wait before a new try: their defaults, from the file named with each.

const after = (waitOf) => (luck) => {
  const next = waitOf(luck)
  let failures = 0
  return { fails: () => next(failures++) }
}

const fixed = (ms) => after(() => () => ms)
const listed = (list, last) => after(() => (failures) => list[failures] ?? last)

export const peers = {
  // No package: 3 s is what Chromium waits where the server has sent no "retry:".
  'native EventSource': fixed(3_000),
  // lib/esm/fetch.js: DefaultRetryInterval
  'fetch-event-source': fixed(1_000),
  // dist/index.js, useWebSocket with autoReconnect: true
  '@vueuse/core': fixed(1_000),
  // dist/lib/constants.js: 5 s, twenty times
  'react-use-websocket': after(() => (failures) => (failures < 20 ? 5_000 : undefined)),
  // dist/reconnecting-websocket-mjs.js: DEFAULT and _getNextDelay; the luck is drawn once for each page
  'reconnecting-websocket': after((luck) => {
    const least = 1_000 + luck() * 4_000
    return (failures) => Math.min(least * 1.3 ** failures, 10_000)
  }),
  // dist/ws.js: DEFAULT and _getNextDelay
  partysocket: after(() => (failures) => Math.min(3_000 * 1.3 ** failures, 10_000)),
  // build/esm/contrib/backo2.js: duration, with the numbers of build/esm/manager.js
  'socket.io-client': after((luck) => (failures) => {
    const ms = 1_000 * 2 ** failures
    const luckOfThis = luck()
    const deviation = Math.floor(luckOfThis * 0.5 * ms)
    return Math.min(Math.floor(luckOfThis * 10) % 2 === 0 ? ms - deviation : ms + deviation, 5_000)
  }),
  // build/index.js: backoff, minReconnectDelay, maxReconnectDelay
  centrifuge: after((luck) => (failures) => {
    const interval = luck() * Math.min(20_000, 500 * 2 ** Math.min(failures, 31))
    return Math.min(20_000, 500 + interval)
  }),
  // dist/esm/DefaultReconnectPolicy.js, withAutomaticReconnect()
  '@microsoft/signalr': listed([0, 2_000, 10_000, 30_000]),
  // dist/client-*.js: randomisedExponentialBackoff and retryAttempts
  'graphql-ws': after(
    (luck) => (failures) => (failures < 5 ? 1_000 * 2 ** failures + 300 + luck() * 2_700 : undefined),
  ),
  // assets/js/phoenix/socket.js: reconnectAfterMs
  phoenix: listed([10, 50, 100, 150, 200, 250, 500, 1_000, 2_000], 5_000),
}
