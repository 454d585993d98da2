import { describe, expect, test } from 'vitest'
import { createPublisher } from '../../src/chat/publish.js'
import { createSettler } from '../../src/chat/settled.js'
import { createEnv } from '../../src/transports/env.js'
import { readText } from '../../src/transports/http.js'
import { manualClock } from '../../src/testing/index.js'

/** What is settled of a text that comes character by character. */
const settledOf = (text: string): string => {
  const settler = createSettler()
  const byOne = createSettler()
  settler.write(text)
  for (const char of text) byOne.write(char)
  expect(byOne.at).toBe(settler.at)
  return text.slice(0, settler.at)
}

describe('what is settled of a Markdown text', () => {
  test.each([
    ['one paragraph is never settled', 'One line\nand another\n', ''],
    ['a paragraph is, once another block has begun', 'First.\n\nSecond\n', 'First.\n\n'],
    ['an item of a list may make the list another one', '- one\n\n- two\n', ''],
    ['a numbered one too', '1. one\n\n2. two\n', ''],
    ['what is indented belongs to what is above', '- one\n\n  more of it\n', ''],
    ['a list is settled once something else has begun', '- one\n\nText\n', '- one\n\n'],
    ['an empty line inside of a fence settles nothing', '```\na\n\nb\n', ''],
    ['a fence is settled behind its end', '```js\na\n\nb\n```\n\nText\n', '```js\na\n\nb\n```\n\n'],
    ['a longer fence is not ended by a shorter one', '````\n```\n\nText\n', ''],
    ['the last block is left open', 'A\n\nB\n\nC\n', 'A\n\nB\n\n'],
  ])('%s', (_why, text, settled) => expect(settledOf(text)).toBe(settled))
})

describe('publication', () => {
  function setUp() {
    const clock = manualClock(1_000)
    const frames: (() => void)[] = []
    const frame = (task: () => void) => {
      frames.push(task)
      return () => void frames.splice(frames.indexOf(task), 1)
    }
    const seen = { count: 0 }
    const publisher = createPublisher(createEnv({ clock, frame }), 'frame', () => seen.count++)
    return { clock, frames, seen, publisher, paint: () => frames.splice(0).forEach((task) => task()) }
  }

  test('goes with the next frame, and with every other one while more comes, as long as the page keeps up', async () => {
    const { clock, frames, publisher, paint, seen } = setUp()
    for (let count = 1; count <= 3; count++) {
      publisher.soon()
      publisher.soon()
      expect(frames).toHaveLength(1)
      paint()
      expect(seen.count).toBe(count)
      publisher.soon()
      await clock.pass(16)
      // The frame that comes first is left out.
      expect(frames).toHaveLength(0)
      await clock.pass(4)
    }
  })

  test('does not wait for an hour where somebody puts the clock back by one', async () => {
    const clock = manualClock(7_200_000)
    let backMs = 0
    const frames: (() => void)[] = []
    const env = createEnv({
      clock: { now: () => clock.now() - backMs, after: clock.after },
      frame: (task) => (frames.push(task), () => {}),
    })
    const publisher = createPublisher(env, 'frame', () => {})
    publisher.now()
    backMs = 3_600_000
    publisher.soon()
    await clock.pass(20)
    expect(frames).toHaveLength(1)
  })

  test('of what comes seldom waits for no other frame', async () => {
    const { clock, frames, publisher, paint, seen } = setUp()
    for (let count = 1; count <= 3; count++) {
      publisher.soon()
      expect(frames).toHaveLength(1)
      paint()
      expect(seen.count).toBe(count)
      await clock.pass(20)
    }
  })

  test('leaves a page that is slow as much time as it takes, and finds out when it is quick again', async () => {
    const clock = manualClock(1_000)
    let costMs = 40
    const slow = {
      now: clock.now,
      // Whatever runs after the frame runs when the page has rendered.
      after: (ms: number, task: () => void) => clock.after(ms === 0 ? costMs : ms, task),
    }
    const frames: (() => void)[] = []
    const env = createEnv({ clock: slow, frame: (task) => (frames.push(task), () => {}) })
    let count = 0
    const publisher = createPublisher(env, 'frame', () => count++)
    publisher.soon()
    frames.splice(0).forEach((task) => task())
    await clock.pass(40)
    publisher.soon()
    expect(frames).toHaveLength(0)
    await clock.pass(79)
    expect(count).toBe(1)
    costMs = 4
    await clock.pass(1)
    expect(count).toBe(2)
    await clock.pass(20)
    publisher.soon()
    expect(frames).toHaveLength(1)
  })

  test('leaves no timer behind what is shown at once', async () => {
    const { clock, publisher, paint } = setUp()
    publisher.soon()
    paint()
    publisher.soon()
    publisher.now()
    expect(clock.pending).toBe(0)
  })
})

test('a body that comes faster than it can be read lets the page breathe every few milliseconds', async () => {
  let nowMs = 0
  let breaths = 0
  const env = createEnv({ clock: { ...manualClock(), now: () => nowMs }, breathe: async () => void breaths++ })
  const chunks = Array.from({ length: 12 }, (_, nth) => new TextEncoder().encode(`${nth},`))
  const body = new ReadableStream<Uint8Array>({
    start(to) {
      for (const chunk of chunks) to.enqueue(chunk)
      to.close()
    },
  })
  let text = ''
  await readText(new Response(body), env, (piece) => {
    text += piece
    nowMs += 3
    return true
  })
  expect(text).toBe('0,1,2,3,4,5,6,7,8,9,10,11,')
  expect(breaths).toBe(4)
})

test('without a page to paint, breathing still goes on', async () => {
  await createEnv().breathe()
})
