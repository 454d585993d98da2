import { describe, expect, test } from 'vitest'
import { address, asking, dial, post, puppet, start, type Telling } from './rig.js'

const chunk = (content: string): string => JSON.stringify({ choices: [{ index: 0, delta: { content } }] })

/** Asks over HTTP and hands over the answer to be made. */
async function ask(url: string, told: Telling[], run: string, body: string, chat = 'c'): Promise<Telling> {
  const before = told.length
  const response = await post(address(url, chat, run), body)
  expect(response.status).toBe(200)
  expect(told).toHaveLength(before + 1)
  return told.at(-1)!
}

async function answered(telling: Telling, text: string): Promise<void> {
  for (const word of text.match(/\s*\S+/g) ?? []) telling.say(chunk(word))
  telling.end('complete')
  await new Promise((settle) => setImmediate(settle))
}

const said = ({ question }: Telling): string[] => question.history.map(({ role, text }) => `${role}: ${text}`)

interface Kept {
  readonly messages: { id: string; role: string; text: string; run?: string; running?: boolean }[]
}
const kept = async (url: string, chat: string): Promise<Kept['messages']> =>
  ((await (await fetch(`${url}/api/conversations/${chat}`)).json()) as Kept).messages

describe('a client that sends only its newest message', () => {
  test('is known by its chat: the follow-up knows the first question and its answer', async () => {
    const { told, ...answerer } = puppet()
    const { url } = await start({ answerer })
    await answered(await ask(url, told, 'r1', asking('first?', { message_id: 'm1' })), 'the first answer')
    const second = await ask(url, told, 'r2', asking('and then?', { message_id: 'm2' }))
    expect(said(second)).toEqual(['user: first?', 'assistant: the first answer', 'user: and then?'])
    const other = await ask(url, told, 'r3', asking('who?', { message_id: 'm1' }), 'another chat')
    expect(said(other)).toEqual(['user: who?'])
  })

  test('is known over WebSocket as well', async () => {
    const { told, ...answerer } = puppet()
    const { url } = await start({ answerer })
    await answered(await ask(url, told, 'r1', asking('first?')), 'the first answer')
    const body = JSON.parse(asking('and then?')) as object
    dial(url, '/api/chat/ws', { t: 'run', chat: 'c', run: 'r2', body, headers: {} })
    await expect.poll(() => told.length).toBe(2)
    expect(said(told[1]!)).toEqual(['user: first?', 'assistant: the first answer', 'user: and then?'])
  })

  test('asks again with the id of a known question: its answer and what followed are forgotten', async () => {
    const { told, ...answerer } = puppet()
    const { url } = await start({ answerer })
    await answered(await ask(url, told, 'r1', asking('one?', { message_id: 'm1' })), 'one')
    await answered(await ask(url, told, 'r2', asking('two?', { message_id: 'm2' })), 'two')
    await answered(await ask(url, told, 'r3', asking('three?', { message_id: 'm3' })), 'three')
    const again = await ask(url, told, 'r4', asking('two, really?', { message_id: 'm2' }))
    expect(said(again)).toEqual(['user: one?', 'assistant: one', 'user: two, really?'])
    await answered(again, 'two again')
    expect(await kept(url, 'c')).toEqual([
      { id: 'm1', role: 'user', text: 'one?' },
      { id: 'r1', role: 'assistant', text: 'one', run: 'r1' },
      { id: 'm2', role: 'user', text: 'two, really?' },
      { id: 'r4', role: 'assistant', text: 'two again', run: 'r4' },
    ])
  })

  test('stops the answer that it no longer wants when it asks again', async () => {
    const { told, ...answerer } = puppet()
    const { url } = await start({ answerer })
    const first = await ask(url, told, 'r1', asking('one?', { message_id: 'm1' }))
    await ask(url, told, 'r2', asking('one?', { message_id: 'm1' }))
    expect(first.signal.aborted).toBe(true)
    expect((await kept(url, 'c')).map(({ id }) => id)).toEqual(['m1', 'r2'])
  })
})

test('a client that sends the whole conversation is taken at its word', async () => {
  const { told, ...answerer } = puppet()
  const { url } = await start({ answerer })
  await answered(await ask(url, told, 'r1', asking('one?')), 'one')
  const system = { role: 'system', content: 'Be short.' }
  const parts = {
    role: 'user',
    content: [
      { type: 'text', text: 'with ' },
      { type: 'text', text: 'parts' },
    ],
  }
  const body = { messages: [system, { role: 'user', content: 'one?' }, { role: 'assistant', content: 'ONE' }, parts] }
  const second = await ask(url, told, 'r2', JSON.stringify(body))
  expect(said(second)).toEqual(['system: Be short.', 'user: one?', 'assistant: ONE', 'user: with parts'])
  expect(second.question.history.at(-1)?.raw).toEqual(parts)
  expect((await kept(url, 'c')).map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
})

test('an answer that is being made can be seen, a stopped one is kept as far as it came, an empty one is not', async () => {
  const { told, ...answerer } = puppet()
  const { url } = await start({ answerer })
  const first = await ask(url, told, 'r1', asking('one?', { message_id: 'm1' }))
  first.say(chunk('half an'))
  expect((await kept(url, 'c'))[1]).toEqual({ id: 'r1', role: 'assistant', text: 'half an', run: 'r1', running: true })
  await fetch(address(url, 'c', 'r1'), { method: 'DELETE' })
  first.say(chunk(' answer'))
  expect((await kept(url, 'c'))[1]).toEqual({ id: 'r1', role: 'assistant', text: 'half an', run: 'r1' })
  await ask(url, told, 'r2', asking('two?', { message_id: 'm2' }))
  await fetch(address(url, 'c', 'r2'), { method: 'DELETE' })
  expect((await kept(url, 'c')).map(({ id }) => id)).toEqual(['m1', 'r1', 'm2'])
})

test('an unknown conversation is empty', async () => {
  const { url } = await start()
  expect(await kept(url, 'never%20heard')).toEqual([])
})

test('the memory is bounded: by chats, by turns and by characters, and the newest stays', async () => {
  const { told, ...answerer } = puppet()
  const { url } = await start({ answerer, conversations: { maxChats: 2, maxTurns: 4, maxChars: 400 } })
  for (const chat of ['a', 'b', 'c']) await ask(url, told, 'r', asking('?!', { message_id: 'm' }), chat)
  expect(await kept(url, 'a')).toEqual([])
  expect(await kept(url, 'b')).not.toEqual([])
  for (const run of ['1', '2', '3']) await answered(await ask(url, told, run, asking(`q${run}`), 'c'), `a${run}`)
  expect((await kept(url, 'c')).map(({ text }) => text)).toEqual(['q2', 'a2', 'q3', 'a3'])
  const long = await ask(url, told, '4', asking('x'.repeat(600)), 'c')
  expect(said(long)).toEqual([`user: ${'x'.repeat(600)}`])
})

test.each([
  ['no JSON', 'oops', 'no JSON'],
  ['no object', '[1]', 'no JSON object'],
  ['no messages', '{}', 'messages must be a list'],
  ['messages that are none', '{"messages":["hi"]}', 'messages must be a list'],
  ['no role', '{"messages":[{"content":"hi"}]}', 'role'],
  ['no question at the end', '{"messages":[{"role":"assistant","content":"hi"}]}', "must be the user's"],
  ['an empty question', '{"messages":[{"role":"user","content":" "}]}', 'no content'],
])('%s is answered with 400 and what to send instead, and begins nothing', async (_what, body, hint) => {
  const { told, ...answerer } = puppet()
  const { url } = await start({ answerer })
  const response = await post(address(url, 'c', 'r'), body)
  expect(response.status).toBe(400)
  const { error } = (await response.json()) as { error: { message: string; type: string } }
  expect(error.message).toContain(hint)
  expect(error.type).toBe('invalid_request_error')
  expect(told).toHaveLength(0)
  // The same run may be asked for properly now.
  expect((await post(address(url, 'c', 'r'), asking('hi'))).status).toBe(200)
})
