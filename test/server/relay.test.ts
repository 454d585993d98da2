import { setTimeout as sleep } from 'node:timers/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createRelay, type RelayOptions } from '../../playground/server/relay.js'
import { address, asking, dial, envelopeIn, type Item, post, readers, type Rig, spoken, start } from './rig.js'

interface Upstream {
  readonly url: string
  readonly requests: { path: string; authorization: string | undefined; body: Record<string, unknown> }[]
  /** How many answers were hung up on. */
  readonly left: { count: number }
}

/** A service that answers in OpenAI's way, or not. */
async function upstream(answer: (res: ServerResponse, count: number) => unknown): Promise<Upstream> {
  const requests: Upstream['requests'] = []
  const left = { count: 0 }
  const take = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    let body = ''
    for await (const part of req) body += String(part)
    requests.push({
      path: req.url ?? '',
      authorization: req.headers.authorization,
      body: JSON.parse(body) as Record<string, unknown>,
    })
    res.on('close', () => {
      if (!res.writableEnded) left.count += 1
    })
    await answer(res, requests.length)
  }
  const server = createServer((req, res) => void take(req, res))
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  onTestFinished(
    () =>
      new Promise<void>((settle) => {
        server.close(() => settle())
        server.closeAllConnections()
      }),
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, left }
}

const behind = (url: string, rest: Partial<RelayOptions> = {}): Promise<Rig> =>
  start({ answerer: createRelay({ baseUrl: `${url}/v1/`, ...rest }), openToOthers: true })

const CHUNKS = [
  '{"id":"x","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}',
  '{"id":"x","choices":[{"index":0,"delta":{"content":"Grüße "},"finish_reason":null}], "odd":  [1 , 2]}',
  '{"id":"x","choices":[{"index":0,"delta":{"content":"消息 😀"},"finish_reason":null}]}',
  '{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
  '[DONE]',
]

/** In pieces of seven bytes, so that characters and lines are cut in two. */
async function stream(res: ServerResponse, chunks: readonly string[]): Promise<void> {
  if (!res.headersSent) res.writeHead(200, { 'content-type': 'text/event-stream' })
  const bytes = Buffer.from(chunks.map((chunk) => `data: ${chunk}\n\n`).join(''))
  for (let at = 0; at < bytes.length && !res.destroyed; at += 7) {
    res.write(bytes.subarray(at, at + 7))
    await sleep(1)
  }
}

const dataOf = (items: readonly Item[]): (string | undefined)[] => items.filter(({ id }) => id).map(({ data }) => data)
const endOf = (items: readonly Item[]): string | undefined => items.find(({ t }) => t === 'end')?.reason
const whole = (url: string): Promise<Item[]> => readers['long polling']!(url, 'c', 'r')

test('a question in another format is asked in the words of the service, with the tools of the page', async () => {
  const { url: base, requests } = await upstream(async (res) => {
    await stream(res, CHUNKS)
    res.end()
  })
  const { url } = await behind(base)
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }
  const body = {
    model: 'theirs',
    max_tokens: 17,
    system: 'Be brief.',
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'one?' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'look', input: { at: 1 } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'seen', is_error: true }] },
      { role: 'user', content: [{ type: 'text', text: 'two?' }, image] },
    ],
    whole: true,
    page_tools: true,
  }
  const response = await post(`${url}/api/chat/anthropic?chat=c&run=r`, JSON.stringify(body), 'text/event-stream')
  expect(await response.text()).toContain('"type":"text_delta","text":"消息 😀"')
  const { messages, tools, ...rest } = requests[0]!.body
  expect(rest).toEqual({ stream: true })
  expect(tools).toHaveLength(2)
  const call = { id: 'a', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }
  expect(messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'one?' }] },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'a', content: 'seen' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'two?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ],
    },
  ])
})

test('the chunks of a good stream are handed on as they are, and kept in the memory', async () => {
  const { url: base, requests } = await upstream(async (res) => {
    await stream(res, CHUNKS)
    res.end()
  })
  const { url } = await behind(base, { apiKey: 'secret', model: 'small' })
  await post(
    address(url, 'c', 'r'),
    asking('Hi', { temperature: 0.5, model: 'page', message_id: 'm', chat_id: 'c', speed: 1 }),
  )
  const items = await whole(url)
  expect(dataOf(items)).toEqual(CHUNKS)
  expect(endOf(items)).toBe('complete')
  expect(requests[0]).toEqual({
    path: '/v1/chat/completions',
    authorization: 'Bearer secret',
    body: { model: 'small', temperature: 0.5, stream: true, messages: [{ role: 'user', content: 'Hi' }] },
  })
  const picture = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }] }
  const line = dial(url, '/api/chat/ws', {
    t: 'run',
    chat: 'c',
    run: '2',
    body: { messages: [picture] },
  })
  await line.closed
  expect(requests[1]?.body.messages).toEqual([
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Grüße 消息 😀' },
    picture,
  ])
})

test('a stream that breaks without its mark ends the run as `truncated`, and what came is kept', async () => {
  const { url: base } = await upstream(async (res) => {
    await stream(res, CHUNKS.slice(0, 2))
    res.destroy()
  })
  const { url } = await behind(base)
  await post(address(url, 'c', 'r'), asking('Hi'))
  const items = await whole(url)
  expect(dataOf(items)).toEqual(CHUNKS.slice(0, 2))
  expect(endOf(items)).toBe('truncated')
  const kept = (await (await fetch(`${url}/api/conversations/c`)).json()) as { messages: { text: string }[] }
  expect(kept.messages.map(({ text }) => text)).toEqual(['Hi', 'Grüße '])
})

test('a stream that just stops without its mark is `truncated`; one that named its reason is whole', async () => {
  const { url: base } = await upstream(async (res, count) => {
    await stream(res, CHUNKS.slice(0, count === 1 ? 3 : 4))
    res.end()
  })
  const { url } = await behind(base)
  await post(address(url, 'c', 'r'), asking('Hi'))
  expect(endOf(await whole(url))).toBe('truncated')
  await post(address(url, 'c', 'r2'), asking('Hi'))
  expect(endOf(await readers['polling']!(url, 'c', 'r2'))).toBe('complete')
})

test.each([
  [401, '{"error":{"message":"Bad key","type":"auth","code":"invalid_api_key"}}', 'Bad key', 'invalid_api_key'],
  [404, '{"error":"model not found"}', 'model not found', '404'],
  [502, '<h1>Bad gateway</h1>', "The model's service answered 502 Bad Gateway", '502'],
])("an answer of %i is told in a frame of OpenAI's shape, and ends the run", async (status, text, message, code) => {
  const { url: base } = await upstream((res) => void res.writeHead(status, { 'content-type': 'text/plain' }).end(text))
  const { url } = await behind(base)
  await post(address(url, 'c', 'r'), asking('Hi'))
  const items = await whole(url)
  expect(endOf(items)).toBe('error')
  expect(dataOf(items)).toHaveLength(1)
  const { error } = JSON.parse(dataOf(items)[0]!) as { error: { message: string; code: string; type: string } }
  expect(error).toMatchObject({ message, code })
  expect(error.type).toBeTypeOf('string')
})

test('a service that is not there, is no event stream, or fails midway ends the run with `error`', async () => {
  const gone = await behind('http://127.0.0.1:9')
  await post(address(gone.url, 'c', 'r'), asking('Hi'))
  const nobody = await whole(gone.url)
  expect(endOf(nobody)).toBe('error')
  expect(dataOf(nobody)[0]).toContain('cannot be reached')

  const { url: base } = await upstream((res, count) => {
    if (count === 1) return res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>')
    return stream(res, [CHUNKS[1]!, '{"error":{"message":"overloaded"}}', CHUNKS[2]!])
  })
  const { url } = await behind(base)
  await post(address(url, 'c', 'r'), asking('Hi'))
  const page = await whole(url)
  expect([endOf(page), dataOf(page)[0]]).toEqual(['error', expect.stringContaining('text/html')])
  await post(address(url, 'c', 'r2'), asking('Hi'))
  const failed = await readers['polling']!(url, 'c', 'r2')
  expect([endOf(failed), dataOf(failed).length]).toEqual(['error', 2])
})

test('a stop hangs up on the service', async () => {
  const { url: base, left } = await upstream((res) => stream(res, CHUNKS.slice(0, 2)))
  const { url } = await behind(base)
  await post(address(url, 'c', 'r'), asking('Hi'))
  await expect
    .poll(async () => dataOf(await envelopeIn(await fetch(address(url, 'c', 'r')))).length, { timeout: 5_000 })
    .toBe(2)
  await fetch(address(url, 'c', 'r'), { method: 'DELETE' })
  await expect.poll(() => left.count, { timeout: 5_000 }).toBe(1)
  expect(endOf(spoken(await whole(url)))).toBe('stopped')
})

test('a service that falls silent is given up on, but one that is only slow is not', async () => {
  const { url: base, left } = await upstream(async (res, count) => {
    await stream(res, CHUNKS.slice(0, 2))
    if (count === 1) return
    for (const chunk of CHUNKS.slice(2)) {
      await sleep(450)
      await stream(res, [chunk])
    }
    res.end()
  })
  const { url } = await behind(base, { idleMs: 800 })
  await post(address(url, 'c', 'r'), asking('Hi'))
  expect(endOf(await whole(url))).toBe('truncated')
  await expect.poll(() => left.count, { timeout: 5_000 }).toBe(1)
  await post(address(url, 'c', 'r2'), asking('Hi'))
  expect(endOf(await readers['long polling']!(url, 'c', 'r2'))).toBe('complete')
})
