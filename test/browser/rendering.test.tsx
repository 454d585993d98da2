// What is promised about rendering, as counts: times depend on the machine.
import { memo, useEffect } from 'react'
import { describe, expect, onTestFinished, test } from 'vitest'
import { render as renderReact } from 'vitest-browser-react'
import { render as renderVue } from 'vitest-browser-vue'
import { defineComponent, h } from 'vue'
import { sse } from 'holdline'
import { type Chat, type ChatMessage, type ChatOptions, createChat, openAi, textOf } from 'holdline/chat'
import * as react from 'holdline/react'
import { scriptedChat } from 'holdline/testing'
import * as vue from 'holdline/vue'
import { rigs } from '../contract/rigs.ts'
import { engine } from '../support/places.ts'
import { openRoomAt } from '../support/remote.ts'

const patient = { timeout: 15_000 }

/** A list of rows that render alone. */
interface Page {
  /** How often the list has rendered, and each row by its message's id. */
  readonly renders: { list: number; readonly rows: Map<string, number> }
  text(): string
  unmount(): Promise<void>
}

const counts = (): Page['renders'] => ({ list: 0, rows: new Map() })
const count = ({ rows }: Page['renders'], id: string): unknown => rows.set(id, (rows.get(id) ?? 0) + 1)
const HISTORY = 50

const history: readonly ChatMessage[] = Array.from({ length: HISTORY }, (_, nth) => ({
  id: `old-${nth}`,
  role: nth % 2 ? 'assistant' : 'user',
  parts: [{ type: 'text', text: `message ${nth}` }],
}))

async function inReact(chat: Chat): Promise<Page> {
  const renders = counts()
  const Row = memo(({ id }: { id: string }) => {
    const message = react.useMessage(chat, id)
    useEffect(() => void count(renders, id))
    return <p>{message && textOf(message)}</p>
  })
  const List = () => {
    const { messages } = react.useChat(chat)
    useEffect(() => void renders.list++)
    return messages.map(({ id }) => <Row key={id} id={id} />)
  }
  const { container, unmount } = await renderReact(<List />)
  return { renders, text: () => container.textContent, unmount }
}

async function inVue(chat: Chat): Promise<Page> {
  const renders = counts()
  const Row = defineComponent(
    ({ id }: { id: string }) => {
      const message = vue.useMessage(chat, id)
      return () => {
        count(renders, id)
        return h('p', message.value && textOf(message.value))
      }
    },
    { props: ['id'] },
  )
  const { container, unmount } = await renderVue(
    defineComponent(() => {
      const { messages } = vue.useChat(chat)
      return () => {
        renders.list++
        return messages.value.map(({ id }) => h(Row, { key: id, id }))
      }
    }),
  )
  return { renders, text: () => container.textContent, unmount: async () => unmount() }
}

/** Counts what the page paints. */
function frames(): { count: number; longestMs: number } {
  const seen = { count: 0, longestMs: 0 }
  let lastMs: number | undefined
  let id = requestAnimationFrame(function look(atMs) {
    seen.count++
    seen.longestMs = Math.max(seen.longestMs, atMs - (lastMs ?? atMs))
    lastMs = atMs
    id = requestAnimationFrame(look)
  })
  onTestFinished(() => cancelAnimationFrame(id))
  return seen
}

/** WebKitGTK's own fetch takes a minute for as many chunks as the others take in a second, whoever reads them. */
const FLOOD = engine === 'webkit' ? 10_000 : 50_000

/** A token as a model's service sends it. */
const chunk = (content: string, finish: string | null): string =>
  JSON.stringify({
    id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    object: 'chat.completion.chunk',
    created: 1_741_569_952,
    model: 'a-model-2026-01-01',
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  })

const nextTask = (): Promise<void> => new Promise((resume) => setTimeout(resume))

describe.each([
  { name: 'React', open: inReact },
  { name: 'Vue', open: inVue },
])('in $name', ({ name, open }) => {
  function setUp(options: Partial<ChatOptions>) {
    const script = scriptedChat({ messages: history, ...options })
    const chat = createChat(script.options)
    onTestFinished(() => chat.dispose())
    return { ...script, chat }
  }

  test.each([
    ['all at once', Infinity],
    ['a hundred at a time', 100],
    ['ten at a time', 10],
  ])('2,000 tokens that come %s are rendered with the frames, and old rows never again', async (_why, burst) => {
    const TOKENS = 2_000
    const { chat, run } = setUp({ publish: 'frame', env: {} })
    const page = await open(chat)
    await expect.poll(() => page.renders.rows.size, patient).toBe(HISTORY)
    const before = new Map(page.renders.rows)
    void chat.sendMessage({ text: 'hi' })
    const painted = frames()
    const list = page.renders.list
    for (let at = 0; at < TOKENS; at++) {
      run.text(`${at} `)
      if (at % burst === burst - 1) await nextTask()
    }
    run.finish()
    await expect.poll(page.text, patient).toContain(`${TOKENS - 1} `)
    const [answer] = chat.get().messages.slice(-1)
    expect(textOf(answer!).split(' ')).toHaveLength(TOKENS + 1)
    // The question, the first token and the end do not wait for a frame.
    const most = painted.count + 4
    expect(page.renders.list - list).toBeLessThanOrEqual(most)
    expect(page.renders.rows.get(answer!.id)).toBeLessThanOrEqual(most)
    for (const { id } of history) expect([id, page.renders.rows.get(id)]).toEqual([id, before.get(id)])
    await page.unmount()
  })

  test('the question, the first token and the end wait for no frame', async () => {
    // Frames that never come, in a time that stands still.
    const { chat, run, clock } = setUp({ publish: 'frame', messages: [], env: { frame: () => () => {} } })
    const page = await open(chat)
    void chat.sendMessage({ text: 'hi ' })
    await clock.pass(0)
    await expect.poll(page.text, patient).toBe('hi ')
    run.text('one')
    await expect.poll(page.text, patient).toBe('hi one')
    run.text(' two')
    await nextTask()
    expect(page.text()).toBe('hi one')
    run.finish()
    await expect.poll(page.text, patient).toBe('hi one two')
    await page.unmount()
  })

  test(
    `${FLOOD} tokens as fast as a server sends them leave the page alive, and none is lost`,
    { timeout: 60_000 },
    async () => {
      const room = await openRoomAt(false)(rigs.find((rig) => rig.name === 'sse in envelopes')!)
      // More than fits into one call.
      for (let from = 0; from < FLOOD; from += 5_000)
        room.say(...Array.from({ length: 5_000 }, (_, nth) => chunk(`${from + nth} `, null)))
      room.say(chunk('', 'stop'), '[DONE]')
      const chat = createChat({ transports: sse(room.url), protocol: openAi(), messages: history })
      onTestFinished(() => chat.dispose())
      const page = await open(chat)
      const painted = frames()
      await expect.poll(() => painted.count, patient).toBeGreaterThan(2)
      const before = painted.count
      painted.longestMs = 0
      await chat.sendMessage({ text: 'Everything!' })
      const during = painted.count - before
      await expect.poll(page.text, patient).toContain(` ${FLOOD - 1} `)
      console.log(`${name}: ${during} frames, the longest of ${Math.round(painted.longestMs)} ms`)
      const answer = chat.get().messages.at(-1)!
      expect(answer.end?.state).toBe('complete')
      expect(textOf(answer).split(' ').map(Number).slice(0, -1)).toEqual(Array.from({ length: FLOOD }, (_, nth) => nth))
      if (engine !== 'webkit') expect(during).toBeGreaterThanOrEqual(10)
      expect(page.renders.rows.get('old-0')).toBe(1)
      await page.unmount()
    },
  )
})
