import { setTimeout as sleep } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import { WebSocket } from 'ws'
import { createHearing, show } from './hearing.mjs'

/** Where the cursor may travel, per transport; the first way is the one that a client prefers. */
export const VIAS = {
  sse: ['header', 'query'],
  longPolling: ['header', 'query'],
  polling: ['header', 'query'],
  webSocket: ['hello'],
}

/** The address and the headers of a question. */
export function question(url, { cursor, via = 'header', query = {}, headers = {} } = {}) {
  const target = new URL(url)
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value)
  if (cursor !== undefined && via === 'query') target.searchParams.set('last_event_id', cursor)
  return {
    target,
    headers: cursor !== undefined && via === 'header' ? { ...headers, 'last-event-id': cursor } : headers,
  }
}

/** Why a request came to nothing. Node hides the reason behind "fetch failed". */
const reasonOf = (error) => String(error.cause?.message || error.cause?.code || error.message)

/** An event stream, read from now on until it is closed. */
export async function openStream(url, options, request) {
  const leaving = new AbortController()
  const hearing = createHearing()
  const { target, headers } = question(url, options)
  const line = { ...hearing, status: 0, headers: new Headers(), openedAt: 0, close: () => leaving.abort() }
  const timer = setTimeout(() => leaving.abort(new Error('no answer')), options.patienceMs)
  try {
    const asked = requestOf('text/event-stream', headers, request)
    const response = await fetch(target, { ...asked, signal: leaving.signal })
    Object.assign(line, { status: response.status, headers: response.headers, openedAt: performance.now() })
    void readStream(response, hearing)
  } catch (error) {
    hearing.shut(reasonOf(error))
  } finally {
    clearTimeout(timer)
  }
  return line
}

function requestOf(accept, headers, { method = 'GET', body } = {}) {
  const sent = body === undefined ? {} : { body }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  return { method, ...sent, redirect: 'manual', headers: { accept, ...type, ...headers } }
}

async function readStream(response, hearing) {
  const parser = createParser({
    onEvent({ id, event, data }) {
      if (event === 'holdline') hearing.read(data)
      else hearing.hear({ id, event, data })
    },
    onError: () => {},
  })
  const decoder = new TextDecoder()
  try {
    for await (const bytes of response.body ?? []) {
      hearing.alive()
      parser.feed(decoder.decode(bytes, { stream: true }))
    }
    hearing.shut('the stream ended')
  } catch (error) {
    hearing.shut(reasonOf(error))
  }
}

/** One poll, with its body read to the end. */
export async function askOnce(url, { wait = 0, ...options }, request) {
  const { target, headers } = question(url, { ...options, query: { wait: String(wait), ...options.query } })
  const began = performance.now()
  const hearing = createHearing()
  const answer = { ...hearing, status: 0, headers: new Headers(), text: '', tookMs: 0 }
  try {
    const asked = requestOf('application/json', headers, request)
    const response = await fetch(target, { ...asked, signal: AbortSignal.timeout(wait * 1000 + options.patienceMs) })
    const text = await response.text()
    Object.assign(answer, { status: response.status, headers: response.headers, text })
    if (response.status === 200) hearing.read(text)
    hearing.shut(`answered with ${response.status}`)
  } catch (error) {
    hearing.shut(error.name === 'TimeoutError' ? 'no answer' : reasonOf(error))
  }
  answer.tookMs = performance.now() - began
  return answer
}

/** A line of polls: each question goes on behind the answer before. */
export async function openPolls(url, options, request) {
  const hearing = createHearing()
  let leaving = false
  const first = await askOnce(url, options, request)
  const { status, headers } = first
  const line = { ...hearing, status, headers, openedAt: 0, close: () => (leaving = true) }
  const take = (answer) => {
    hearing.faults.push(...answer.faults)
    hearing.alive()
    hearing.hear(...answer.items)
    return answer.messages().at(-1)?.id
  }
  let cursor =
    take(first) ?? (first.controls('welcome').some(({ resumed }) => resumed === false) ? undefined : options.cursor)
  if (![200, 204, 304].includes(status)) hearing.shut(status ? `answered with ${status}` : first.closed())
  void (async () => {
    while (!leaving && hearing.closed() === undefined) {
      if (hearing.controls('end').length + hearing.controls('reset').length > 0) return hearing.shut('the end')
      await sleep(50)
      const answer = await askOnce(url, { ...options, cursor })
      cursor = take(answer) ?? cursor
      if (![200, 204, 304].includes(answer.status)) hearing.shut(answer.closed())
    }
  })()
  return line
}

/** A WebSocket whose first frame is said as soon as it is open. */
export async function openSocket(url, { cursor, patienceMs, headers = {}, first, origin }) {
  const hearing = createHearing()
  const target = new URL(url)
  target.protocol = target.protocol.replace('http', 'ws')
  const named = Object.keys(headers).length > 0 ? { headers } : {}
  const socket = new WebSocket(target, { handshakeTimeout: patienceMs, ...(origin ? { origin } : {}) })
  const line = {
    ...hearing,
    status: 0,
    headers: new Headers(),
    openedAt: 0,
    code: () => code,
    say: (...frames) =>
      frames.forEach(
        (frame) =>
          socket.readyState === WebSocket.OPEN &&
          socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
      ),
    close: () => socket.terminate(),
  }
  let code
  socket.on('unexpected-response', (_request, response) => {
    line.status = response.statusCode
    hearing.shut(`the upgrade was answered with ${response.statusCode}`)
    socket.terminate()
  })
  socket.on('open', () => {
    Object.assign(line, { status: 101, openedAt: performance.now() })
    if (first !== null) line.say(first ?? { t: 'hello', v: 1, ...(cursor === undefined ? {} : { cursor }), ...named })
  })
  socket.on('message', (data, binary) => {
    hearing.alive()
    if (!binary) hearing.read(Buffer.from(data).toString('utf8'))
  })
  socket.on('error', (error) => hearing.shut(error.message))
  socket.on('close', (closed, reason) => {
    code = closed
    hearing.shut(`closed with ${closed}${reason.length > 0 ? ` (${show(String(reason))})` : ''}`)
  })
  await new Promise((settle) => {
    socket.on('open', settle)
    socket.on('close', settle)
    socket.on('error', settle)
  })
  return line
}

export const openers = { sse: openStream, longPolling: openPolls, polling: openPolls, webSocket: openSocket }
