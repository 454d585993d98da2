import { afterEach, describe, expect, test, vi } from 'vitest'
import { render as renderReact } from 'vitest-browser-react'
import { defineComponent, h } from 'vue'
import { render as renderVue } from 'vitest-browser-vue'
import { HoldlineError, type Schema } from 'holdline'
import { textOf } from 'holdline/chat'
import { useSharedChat } from 'holdline/react'
import { scriptedChat } from 'holdline/testing'
import { injectChat } from 'holdline/vue'
import { stages } from './chatStage.tsx'

const patient = { timeout: 5_000 }

describe.each(stages)('useCompletion in $name', ({ mountCompletion }) => {
  test('shows the text as it comes, and resolves with it', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const screen = await mountCompletion(options)
    expect(screen.now).toMatchObject({ completion: '', status: 'ready', error: undefined, end: undefined })
    const whole = screen.now.complete('A title')
    await clock.pass(0)
    expect(screen.now.status).toBe('submitted')
    expect(run.request).toMatchObject({ messages: [{ role: 'user', parts: [{ type: 'text', text: 'A title' }] }] })
    run.text('Holding ')
    await expect.poll(() => screen.now.completion, patient).toBe('Holding ')
    expect(screen.now.status).toBe('streaming')
    run.text('the line')
    run.finish()
    expect(await whole).toBe('Holding the line')
    await expect.poll(() => screen.now.end?.state, patient).toBe('complete')
    expect(transport.calls).toHaveLength(1)
    await screen.unmount()
  })

  test('asks each question by itself, and stops what is still arriving', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const screen = await mountCompletion(options)
    const first = screen.now.complete('one')
    await clock.pass(0)
    run.text('never to be fin')
    const second = screen.now.complete('two', { body: { tone: 'dry' } })
    // The first one is settled by now, and its text must not be that of the second.
    await clock.pass(0)
    run.text('2')
    run.finish()
    expect(await Promise.all([first, second])).toEqual(['never to be fin', '2'])
    await expect.poll(() => screen.now.completion, patient).toBe('2')
    const posts = transport.calls.filter(({ attempt }) => attempt.request?.method === 'POST')
    expect(posts.map(({ attempt }) => attempt.request?.body)).toMatchObject([
      { messages: [{ parts: [{ text: 'one' }] }] },
      { messages: [{ parts: [{ text: 'two' }] }], tone: 'dry' },
    ])
    expect((posts[1]!.attempt.request!.body as { messages: unknown[] }).messages).toHaveLength(1)
    await screen.unmount()
  })

  test('can be stopped, says what went wrong, and is cleared', async () => {
    const { options, run, clock } = scriptedChat()
    const screen = await mountCompletion(options)
    const stopped = screen.now.complete('one')
    await clock.pass(0)
    run.text('half')
    await screen.now.stop()
    expect(await stopped).toBe('half')
    await expect.poll(() => screen.now.end?.state, patient).toBe('stopped')
    const failed = screen.now.complete('two')
    await clock.pass(0)
    run.fail('overloaded')
    expect(await failed).toBe('')
    await expect.poll(() => screen.now.status, patient).toBe('error')
    expect(screen.now.error?.message).toContain('overloaded')
    screen.now.clear()
    await expect.poll(() => screen.now, patient).toMatchObject({ completion: '', status: 'ready', error: undefined })
    await screen.unmount()
  })

  test('keeps its functions, and hangs up with the component', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const screen = await mountCompletion({ ...options })
    const { complete, stop, clear } = screen.now
    void complete('one')
    await clock.pass(0)
    run.text('a')
    await screen.change({ ...options })
    await expect.poll(() => screen.now.completion, patient).toBe('a')
    expect(screen.now).toMatchObject({ complete, stop, clear })
    await screen.unmount()
    await clock.pass(0)
    expect(transport.last().over).toBe(true)
    expect(clock.pending).toBe(0)
  })
})

interface Recipe {
  readonly name: string
  readonly steps: readonly string[]
}

const recipe: Schema<Recipe> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const { name, steps } = value as Recipe
      if (typeof name !== 'string' || !Array.isArray(steps)) return { issues: [{ message: 'no recipe' }] }
      return { value: { name: name.toUpperCase(), steps } }
    },
  },
}

describe.each(stages)('useObject in $name', ({ mountObject }) => {
  test('shows the object while it is written, and gives what the schema makes of it', async () => {
    const onFinish = vi.fn()
    const { options, run, clock } = scriptedChat()
    const screen = await mountObject({ ...options, schema: recipe, onFinish })
    const whole = screen.now.submit({ dish: 'tea' })
    await clock.pass(0)
    expect(run.request).toMatchObject({ messages: [{ parts: [{ text: '{"dish":"tea"}' }] }] })
    expect(screen.now).toMatchObject({ object: undefined, status: 'submitted' })
    run.text('{"name": "te')
    await expect.poll(() => screen.now.object, patient).toEqual({ name: 'te' })
    run.text('a", "steps": ["boil')
    await expect.poll(() => screen.now.object, patient).toEqual({ name: 'tea', steps: ['boil'] })
    run.text(' water", "wait"]}')
    run.finish()
    expect(await whole).toEqual({ name: 'TEA', steps: ['boil water', 'wait'] })
    await expect.poll(() => screen.now.object, patient).toEqual({ name: 'TEA', steps: ['boil water', 'wait'] })
    expect(screen.now).toMatchObject({ status: 'ready', error: undefined, end: { state: 'complete' } })
    expect(onFinish).toHaveBeenCalledTimes(1)
    expect(onFinish.mock.calls[0]![0]).toMatchObject({ object: { name: 'TEA' }, error: undefined })
    await screen.unmount()
  })

  test('what has not changed is the same object as before', async () => {
    const { options, run, clock } = scriptedChat()
    const screen = await mountObject<{ a?: { b: number }; c?: string }>(options)
    void screen.now.submit('go')
    await clock.pass(0)
    run.text('{"a":{"b":1},"c":"')
    await expect.poll(() => screen.now.object?.a, patient).toEqual({ b: 1 })
    const { a } = screen.now.object!
    run.text('more')
    await expect.poll(() => screen.now.object?.c, patient).toBe('more')
    expect(screen.now.object!.a).toBe(a)
    await screen.unmount()
  })

  test.each([
    ['as a model writes it', '```json\n{"name":"a","steps":["```"]}\n```'],
    ['with nothing but the fence', '```\n{"name":"a","steps":["```"]}\n```\n'],
    ['on one line', '```json {"name":"a","steps":["```"]}```'],
    ['with something said after it', '\n```json\n{\n"name":"a",\n"steps":["```"]\n}\n  ```\nEnjoy! {}'],
    ['without its end', '```json\n{"name":"a","steps":["```"]}'],
    ['and none at all', '\n {"name":"a","steps":["```"]} \n'],
  ])('takes a fence around it, %s', async (_why, text) => {
    const { options, run, clock } = scriptedChat()
    const screen = await mountObject({ ...options, schema: recipe })
    const whole = screen.now.submit('go')
    await clock.pass(0)
    for (const char of text.slice(0, -1)) run.text(char)
    await expect.poll(() => screen.now.object, patient).toMatchObject({ name: 'a' })
    run.text(text.slice(-1))
    run.finish()
    expect(await whole).toEqual({ name: 'A', steps: ['```'] })
    await screen.unmount()
  })

  test.each([
    ['does not fit the schema', '{"name":1}', 'schema'],
    ['is no JSON', 'I am sorry', 'not-json'],
  ])('says so where the answer %s', async (_why, text, code) => {
    const onError = vi.fn()
    const onFinish = vi.fn()
    const { options, run, clock } = scriptedChat()
    const screen = await mountObject({ ...options, schema: recipe, onError, onFinish })
    const whole = screen.now.submit('go')
    await clock.pass(0)
    run.text(text)
    run.finish()
    expect(await whole).toBe(undefined)
    await expect.poll(() => screen.now.status, patient).toBe('error')
    expect(screen.now.error).toBeInstanceOf(HoldlineError)
    expect(screen.now.error).toMatchObject({ kind: 'protocol', code })
    expect(onError.mock.calls).toEqual([[screen.now.error]])
    expect(onFinish.mock.calls[0]![0]).toMatchObject({ object: undefined, error: { code } })
    screen.now.clear()
    await expect.poll(() => screen.now, patient).toMatchObject({ status: 'ready', object: undefined, error: undefined })
    await screen.unmount()
  })

  test('a cut answer keeps what has come, and is no error of the schema', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const screen = await mountObject({ ...options, schema: recipe })
    const stopped = screen.now.submit('go')
    await clock.pass(0)
    run.text('{"name":"te')
    await screen.now.stop()
    expect(await stopped).toBe(undefined)
    await expect.poll(() => screen.now.end?.state, patient).toBe('stopped')
    expect(screen.now).toMatchObject({ object: { name: 'te' }, error: undefined, status: 'ready' })

    // The next one is read from its start.
    const whole = screen.now.submit('again')
    await clock.pass(0)
    run.text('{"name":"gin and')
    await expect.poll(() => screen.now.object, patient).toEqual({ name: 'gin and' })
    run.text(' tonic","steps":[]}')
    run.drop()
    await clock.pass(2_000)
    expect(transport.last().attempt.request?.method).toBe('GET')
    run.finish()
    expect(await whole).toEqual({ name: 'GIN AND TONIC', steps: [] })
    await screen.unmount()
  })

  test('reads each piece once, however many come', async () => {
    const ROWS = 300
    const { options, run, clock } = scriptedChat()
    const screen = await mountObject<{ rows: number[] }>(options)
    const whole = screen.now.submit('go')
    await clock.pass(0)
    const parse = vi.spyOn(JSON, 'parse')
    run.text('{"rows":[0')
    for (let row = 1; row < ROWS; row++) run.text(`,${row}`)
    run.text(']}')
    run.finish()
    const { rows } = (await whole)!
    const calls = parse.mock.calls.length
    parse.mockRestore()
    expect(rows).toHaveLength(ROWS)
    // A number, and the frame that brought it; the whole answer once, at its end.
    expect(calls).toBeLessThan(3 * ROWS)
    await screen.unmount()
  })
})

describe.each(stages)('useSmoothText in $name', ({ mountText }) => {
  afterEach(() => vi.restoreAllMocks())

  test('shows at once what is there at first, and then writes what comes', async () => {
    const screen = await mountText({ text: 'There. ' })
    expect(screen.now).toBe('There. ')
    const whole = `There. ${'and more of it '.repeat(20)}`
    await screen.change({ text: whole })
    await expect.poll(() => screen.now, patient).toBe(whole)
    const lengths = screen.seen.map(({ length }) => length)
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b))
    // In many steps, and not by leaps.
    expect(new Set(lengths).size).toBeGreaterThan(5)
    for (const text of screen.seen) expect(whole.startsWith(text)).toBe(true)
    await screen.unmount()
  })

  test('never shows half a character', async () => {
    const family = '👩‍👩‍👧'
    const pieces = Array.from(`${family}e\u0301🇩🇪${family}न्दी各👍🏽`)
    const screen = await mountText({ text: '', lagMs: 50 })
    let text = ''
    for (let round = 0; round < 5; round++) {
      for (const piece of pieces) {
        text += piece
        await screen.change({ text, lagMs: 50 })
      }
      await expect.poll(() => screen.now, patient).toBe(text)
    }
    const whole = new Set([0])
    if ('Segmenter' in Intl)
      for (const { index, segment } of new Intl.Segmenter().segment(text)) whole.add(index + segment.length)
    // What ended a text for a while was whole then.
    let sofar = ''
    const ends = new Set([
      0,
      ...Array.from({ length: 5 }, () => pieces)
        .flat()
        .map((piece) => (sofar += piece).length),
    ])
    for (const { length } of screen.seen) expect(whole.has(length) || ends.has(length)).toBe(true)
    await screen.unmount()
  })

  test('a character that grows is shown as it was, and then as it is', async () => {
    const screen = await mountText({ text: '', lagMs: 100_000 })
    for (const text of ['a👩', 'a👩‍👩‍👧 and e', 'a👩‍👩‍👧 and e\u0301.']) {
      await screen.change({ text, lagMs: 100_000 })
      await expect.poll(() => screen.now, patient).toBe(text)
    }
    const family = ['', 'a', 'a👩', 'a👩‍👩‍👧']
    const rest = [' ', ' a', ' an', ' and', ' and ', ' and e', ' and e\u0301', ' and e\u0301.']
    expect([...new Set(screen.seen)]).toEqual([...family, ...rest.map((text) => `a👩‍👩‍👧${text}`)])
    await screen.unmount()
  })

  test('shows another text at once, and what is taken back', async () => {
    const screen = await mountText({ text: 'one' })
    await screen.change({ text: 'another one' })
    await expect.poll(() => screen.now, patient).toBe('another one')
    await screen.change({ text: 'an' })
    await expect.poll(() => screen.now, patient).toBe('an')
    expect(new Set(screen.seen)).toEqual(new Set(['one', 'another one', 'an']))
    await screen.unmount()
  })

  test.each([
    ['to those who want less motion', true, undefined],
    ['without a lag', false, 0],
  ])('writes nothing out %s', async (_why, matches, lagMs) => {
    vi.spyOn(globalThis, 'matchMedia').mockReturnValue({ matches } as MediaQueryList)
    const text = 'A long text. '.repeat(50)
    const given = lagMs === undefined ? {} : { lagMs }
    const screen = await mountText({ text: '', ...given })
    await screen.change({ text, ...given })
    await expect.poll(() => screen.now, patient).toBe(text)
    expect(new Set(screen.seen)).toEqual(new Set(['', text]))
    await screen.unmount()
  })

  test('asks for no frame when there is nothing to write, and leaves none behind', async () => {
    const frames = new Set<number>()
    const { requestAnimationFrame, cancelAnimationFrame } = globalThis
    const ask = vi.spyOn(globalThis, 'requestAnimationFrame').mockImplementation((task) => {
      const id = requestAnimationFrame((atMs) => {
        frames.delete(id)
        task(atMs)
      })
      frames.add(id)
      return id
    })
    vi.spyOn(globalThis, 'cancelAnimationFrame').mockImplementation((id) => {
      frames.delete(id)
      cancelAnimationFrame(id)
    })
    const screen = await mountText({ text: '' })
    await screen.change({ text: 'a few words' })
    await expect.poll(() => screen.now, patient).toBe('a few words')
    expect(frames.size).toBe(0)
    await screen.change({ text: `a few words ${'and many more '.repeat(100)}` })
    await expect.poll(() => frames.size, patient).toBe(1)
    await screen.unmount()
    expect(frames.size).toBe(0)
    const asked = ask.mock.calls.length
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    expect(ask.mock.calls.length).toBe(asked)
  })
})

test('a chat that nobody shares is an error that says what to do', async () => {
  const Box = () => textOf(useSharedChat().messages[0]!)
  const complain = vi.spyOn(console, 'error').mockImplementation(() => {})
  await expect(renderReact(<Box />)).rejects.toMatchObject({ code: 'no-chat', kind: 'request' })
  complain.mockRestore()
  const VueBox = defineComponent(() => {
    const { messages } = injectChat()
    return () => h('i', messages.value.length)
  })
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  await expect(async () => renderVue(VueBox)).rejects.toMatchObject({ code: 'no-chat', kind: 'request' })
  warn.mockRestore()
})
