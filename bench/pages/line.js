// Listens over a line of one kind until all is there, and says how long it took.
import { fetchEventSource } from '@microsoft/fetch-event-source'
import { EventSource as EventSourcePackage } from 'eventsource'
import { createEventSource } from 'eventsource-client'
import { createConnection, envelope, eventSource, longPolling, sse, webSocket } from 'holdline'
import { WebSocket as PartySocket } from 'partysocket'
import ReconnectingWebSocket from 'reconnecting-websocket'
import { io } from 'socket.io-client'

const socketUrl = (url) => url.replace('http', 'ws')

/** Holds a connection of ours with one transport. */
const ours = (transport) => (hear) => {
  const connection = createConnection({ transports: transport })
  connection.subscribe(({ data }) => hear(data))
  return () => connection.close()
}

const onMessage = (socket, hear) => {
  socket.onmessage = ({ data }) => hear(data)
  return () => socket.close()
}

/** All that can be listened with: each takes a URL and a listener, and returns how to leave. */
const lines = {
  'EventSource (native)': (url, hear) => onMessage(new EventSource(url), hear),
  'EventSource (native), with ids': (url, hear) => {
    const source = new EventSource(url)
    let last = ''
    source.onmessage = ({ data, lastEventId }) => {
      if (lastEventId === last) return
      last = lastEventId
      hear(data)
    }
    return () => source.close()
  },
  'fetch + split (bare)': bareStream,
  'WebSocket (native)': (url, hear) => onMessage(new WebSocket(socketUrl(url)), hear),
  'WebSocket (native), 500 a frame': bareBatches,
  'long poll (bare)': barePoll,
  'holdline sse': (url, hear) => ours(sse(url))(hear),
  'holdline eventSource': (url, hear) => ours(eventSource(url))(hear),
  'holdline webSocket': (url, hear) => ours(webSocket(url))(hear),
  'holdline webSocket + envelope': (url, hear) => ours(webSocket(url, { dialect: envelope() }))(hear),
  'holdline longPolling': (url, hear) => ours(longPolling(url, { dialect: envelope() }))(hear),
  'fetch-event-source': (url, hear) => {
    const left = new AbortController()
    void fetchEventSource(url, { openWhenHidden: true, signal: left.signal, onmessage: ({ data }) => hear(data) })
    return () => left.abort()
  },
  eventsource: (url, hear) => onMessage(new EventSourcePackage(url), hear),
  'eventsource-client': (url, hear) => {
    const source = createEventSource({ url, onMessage: ({ data }) => hear(data) })
    return () => source.close()
  },
  'reconnecting-websocket': (url, hear) => onMessage(new ReconnectingWebSocket(socketUrl(url)), hear),
  partysocket: (url, hear) => onMessage(new PartySocket(socketUrl(url)), hear),
  'Socket.IO': (url, hear) => {
    const { origin, searchParams } = new URL(url)
    const socket = io(origin, { transports: ['websocket'], query: Object.fromEntries(searchParams), forceNew: true })
    socket.on('message', hear)
    return () => socket.close()
  },
}

/** The least that reads an event stream: no fields but `data`, no line ends but LF. */
function bareStream(url, hear) {
  const left = new AbortController()
  const read = async () => {
    const reader = (await fetch(url, { signal: left.signal })).body.getReader()
    const decoder = new TextDecoder()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const events = (rest + decoder.decode(value, { stream: true })).split('\n\n')
      rest = events.pop()
      for (const event of events) hear(event.slice(event.indexOf('data: ') + 6))
    }
  }
  read().catch(unless(left.signal))
  return () => left.abort()
}

/** Frames that each hold a list of messages, as `envelope()` reads them, without anything else that it does. */
function bareBatches(url, hear) {
  const socket = new WebSocket(socketUrl(url))
  socket.onopen = () => socket.send('{"t":"hello","v":1}')
  socket.onmessage = ({ data }) => {
    const items = JSON.parse(data)
    if (Array.isArray(items)) for (const item of items) hear(item.data)
  }
  return () => socket.close()
}

function barePoll(url, hear) {
  const left = new AbortController()
  const ask = async () => {
    let last
    for (;;) {
      const headers = last === undefined ? {} : { 'last-event-id': last }
      const items = await (await fetch(url, { headers, signal: left.signal, cache: 'no-store' })).json()
      for (const item of items) hear(item.data)
      last = items.at(-1).id
    }
  }
  ask().catch(unless(left.signal))
  return () => left.abort()
}

/** That we left is no failure. */
const unless = (signal) => (error) => {
  if (!signal.aborted) throw error
}

const now = () => performance.timeOrigin + performance.now()

/** How far the server's clock is ahead of ours, by the quickest of some answers. */
async function aheadMs() {
  let best = { tookMs: Infinity, aheadMs: 0 }
  for (let times = 0; times < 30; times++) {
    const asked = now()
    const there = Number(await (await fetch('/clock', { cache: 'no-store' })).text())
    const tookMs = now() - asked
    if (tookMs < best.tookMs) best = { tookMs, aheadMs: there - asked - tookMs / 2 }
  }
  return best.aheadMs
}

/** Listens until so many messages are there; throws where one is missing or comes twice. */
function listen(who, url, count, each) {
  return new Promise((resolve, reject) => {
    let heard = 0
    let began = 0
    const leave = lines[who](url, (data) => {
      if (heard++ === 0) began = performance.now()
      each?.(data)
      if (heard < count) return
      const tookMs = performance.now() - began
      const { n } = JSON.parse(data)
      if (n === count) resolve(tookMs)
      else reject(new Error(`Message ${n} came as number ${heard}`))
      leave()
    })
  })
}

window.flood = (who, url, count) => listen(who, url, count)

/** How long each message was on its way, the quick ones first. */
window.paced = async (who, url, count) => {
  const ahead = await aheadMs()
  const delays = []
  await listen(who, url, count, (data) => delays.push(now() + ahead - JSON.parse(data).at))
  return delays.toSorted((a, b) => a - b)
}
