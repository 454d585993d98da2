import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import WS from 'ws'
import { type Chat, createChat, openAi, textOf } from '../../src/chat/index.js'
import { type Env, longPolling, polling, sse, type Transport, webSocket } from '../../src/index.js'
import type { Answerer } from '../../playground/server/desk.js'
import { address, envelopeIn, puppet, start } from './rig.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const QUESTION = 'How does a client resume after the line was cut?'

const transports: Readonly<Record<string, (url: string) => Transport>> = {
  WebSocket: (url) => webSocket(`${url}/api/chat/ws`),
  'Server-Sent Events': (url) => sse(`${url}/api/chat`),
  'long polling': (url) => longPolling(`${url}/api/chat`),
  polling: (url) => polling(`${url}/api/chat`, { everyMs: 20 }),
}

/** The chat as the playground's pages make it. */
function chatOver(transport: Transport, id: string): Chat {
  const chat = createChat({
    id,
    transports: transport,
    protocol: openAi({ send: 'last' }),
    body: ({ chatId, messages }) => ({ chat_id: chatId, message_id: messages.at(-1)?.id }),
    backoff: { firstMs: 5, maxMs: 20 },
    publish: 'sync',
    env: { WebSocket: WS as unknown as NonNullable<Env['WebSocket']> },
  })
  onTestFinished(chat.dispose)
  return chat
}

interface Kept {
  readonly id: string
  readonly text: string
  readonly run?: string
}

const answerOf = (chat: Chat): string => textOf(chat.get().messages.at(-1)!)
const stats = async (url: string, chat: string): Promise<Record<string, number>> =>
  (await (await fetch(`${url}/api/stats?chat=${chat}`)).json()) as Record<string, number>

const cutLine = async (url: string): Promise<number> => {
  const response = await fetch(`${url}/api/faults/cut?chat=cut`, { method: 'POST' })
  return ((await response.json()) as { cut: number }).cut
}

test.each(Object.entries(transports))(
  'over %s an answer that is cut ten times is the uncut one, with one POST',
  async (_, transport) => {
    const own = await start({ root })
    const calm = chatOver(sse(`${own.url}/api/chat?speed=50000`), 'calm')
    await calm.sendMessage({ text: QUESTION })
    expect(answerOf(calm)).toContain('› ')
    const { messages } = (await (await fetch(`${own.url}/api/conversations/calm`)).json()) as { messages: Kept[] }
    const whole = await envelopeIn(await fetch(address(own.url, 'calm', messages.at(-1)!.run!)))
    const lines = whole.flatMap(({ data }) => data ?? [])

    const answerer = puppet()
    const { url } = await start({ answerer })
    const chat = chatOver(transport(url), 'cut')
    const asked = chat.sendMessage({ text: QUESTION })
    await expect.poll(() => answerer.told.length, { timeout: 10_000 }).toBe(1)
    const { say, end } = answerer.told[0]!
    for (let cut = 1; cut <= 10; cut++) {
      // Some of it at once, some of it while the line is down: nobody waits for the reader.
      for (const line of lines.splice(0, 5 + Math.random() * 20)) say(line)
      await expect.poll(() => cutLine(url), { timeout: 10_000, interval: 3 }).toBeGreaterThan(0)
    }
    for (const line of lines) say(line)
    end('complete')
    await asked
    expect(chat.get().messages.at(-1)?.end).toMatchObject({ state: 'complete', reason: 'stop' })
    expect(answerOf(chat)).toBe(answerOf(calm))
    expect(await stats(url, 'cut')).toMatchObject({ posts: 1, runs: 1, deletes: 0 })
  },
)

test.each(Object.entries(transports))(
  'over %s a follow-up knows the first question, and regenerate asks it again',
  async (_, transport) => {
    const { told, ...answerer } = puppet()
    // Whoever is asked says how often it has been asked so far.
    const counting: Answerer = {
      ...answerer,
      answer:
        ({ history }) =>
        async (write) => {
          told.length += 1
          const text = `${told.length}: ${history.map((turn) => turn.text).join(' | ')}`
          for (const delta of [{ content: text }, {}]) {
            const finish = 'content' in delta ? null : 'stop'
            write(JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] }))
          }
          write('[DONE]')
          return 'complete'
        },
    }
    const { url } = await start({ answerer: counting })
    const chat = chatOver(transport(url), 'c')
    await chat.sendMessage({ text: 'one?' })
    await chat.sendMessage({ text: 'two?' })
    expect(answerOf(chat)).toBe('2: one? | 1: one? | two?')
    await chat.regenerate()
    expect(answerOf(chat)).toBe('3: one? | 1: one? | two?')
    expect(await stats(url, 'c')).toMatchObject({ posts: 3, runs: 3 })
    const kept = (await (await fetch(`${url}/api/conversations/c`)).json()) as {
      messages: { id: string; text: string }[]
    }
    expect(kept.messages.map(({ text }) => text)).toEqual(chat.get().messages.map(textOf))
    const questions = chat.get().messages.filter(({ role }) => role === 'user')
    expect(kept.messages.map(({ id }) => id)).toEqual(expect.arrayContaining(questions.map(({ id }) => id)))
  },
)

test.each(Object.entries(transports))('over %s a stop reaches whoever answers', async (_, transport) => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  const chat = chatOver(transport(url), 'c')
  const asked = chat.sendMessage({ text: 'one?' })
  await expect.poll(() => answerer.told.length, { timeout: 5_000 }).toBe(1)
  answerer.told[0]!.say(JSON.stringify({ choices: [{ index: 0, delta: { content: 'half' } }] }))
  await expect.poll(() => chat.get().status, { timeout: 5_000 }).toBe('streaming')
  await chat.stop()
  await asked
  await expect.poll(() => answerer.told[0]!.signal.aborted, { timeout: 5_000 }).toBe(true)
  expect(chat.get().messages.at(-1)?.end).toMatchObject({ state: 'stopped' })
  expect(answerOf(chat)).toBe('half')
  expect(await stats(url, 'c')).toMatchObject({ posts: 1, deletes: 1, runs: 1 })
})
