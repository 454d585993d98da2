// A model that answers everybody with the same bytes: the UI message stream of the AI SDK, which is the one format that
// the most of those who are measured read by themselves.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { documentOf, isolated } from '../browser/pages.mjs'
import { tokenOf } from './tokens.mjs'

/** How many tokens travel together in a flood. */
const TOGETHER = 250

const part = (value) => `data: ${JSON.stringify(value)}\n\n`
const delta = (n) => part({ type: 'text-delta', id: 't', delta: tokenOf(n) })
const BEGIN = part({ type: 'start' }) + part({ type: 'start-step' }) + part({ type: 'text-start', id: 't' })
const END =
  part({ type: 'text-end', id: 't' }) + part({ type: 'finish-step' }) + part({ type: 'finish' }) + 'data: [DONE]\n\n'

const floods = new Map()

function floodOf(count) {
  if (!floods.has(count)) {
    const pieces = []
    for (let from = 0; from < count; from += TOGETHER) {
      const size = Math.min(TOGETHER, count - from)
      pieces.push(Buffer.from(Array.from({ length: size }, (_, index) => delta(from + index)).join('')))
    }
    floods.set(count, pieces)
  }
  return floods.get(count)
}

async function flood(response, count, gone) {
  for (const piece of floodOf(count)) if (!response.write(piece)) await once(response, 'drain', { signal: gone })
}

/** Each token is written for itself, when it is due. */
function pace(response, count, perSecond, gone) {
  const began = performance.now()
  let n = 0
  return new Promise((done) => {
    const timer = setInterval(
      () => {
        const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * perSecond))
        while (n < due && !gone.aborted) response.write(delta(n++))
        if (n < count && !gone.aborted) return
        clearInterval(timer)
        done()
      },
      Math.max(1, 500 / perSecond),
    )
  })
}

async function answer(response, search) {
  const count = Number(search.get('count'))
  const perSecond = Number(search.get('perSecond'))
  const left = new AbortController()
  const gone = left.signal
  response.on('close', () => left.abort())
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-vercel-ai-ui-message-stream': 'v1',
  })
  response.write(BEGIN)
  try {
    await (perSecond ? pace(response, count, perSecond, gone) : flood(response, count, gone))
  } catch (error) {
    if (!gone.aborted) throw error
  }
  response.end(END)
}

/** Serves a page's script, and the answers. */
export async function serveChat(script) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://here')
    if (pathname !== '/chat') return response.writeHead(200, isolated).end(documentOf(script))
    request.resume()
    return void answer(response, searchParams)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections()
      server.close()
      floods.clear()
    },
  }
}
