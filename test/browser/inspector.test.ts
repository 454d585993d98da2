// The inspector in real browsers: what it shows is what the journal says, and it costs a frame at the most.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createConnection, createJournal, type KeptJournal, type Recording } from 'holdline'
import { defineInspector, type HoldlineInspector } from 'holdline/inspector'
import { scriptedTransport } from 'holdline/testing'

const patient = { timeout: 5_000 }
const frame = (): Promise<unknown> => new Promise(requestAnimationFrame)
/** What was asked for in this frame is drawn in the next one. */
async function drawn(): Promise<void> {
  await frame()
  await frame()
}

function setUp() {
  const journal = createJournal()
  const transport = scriptedTransport()
  const connection = createConnection({ transports: transport, journal, backoff: { firstMs: 60_000, growth: 1 } })
  const leave = connection.subscribe(() => {})
  return { journal, transport, connection, leave }
}

let shown: HoldlineInspector | undefined

function inspect(about: Partial<Pick<HoldlineInspector, 'journal' | 'connection' | 'lang'>>): ShadowRoot {
  shown = Object.assign(document.createElement('holdline-inspector'), about)
  document.body.append(shown)
  return shown.shadowRoot!
}

const text = (root: ParentNode, selector: string): string => root.querySelector(selector)?.textContent ?? ''
const texts = (root: ParentNode, selector: string): string[] =>
  [...root.querySelectorAll(selector)].map((element) => element.textContent ?? '')
const fact = (root: ParentNode, name: string): string => text(root, `[data-fact=${name}]`)
const button = (root: ParentNode, name: string): HTMLElement =>
  [...root.querySelectorAll('button')].find((one) => one.textContent === name || one.ariaLabel === name)!

beforeEach(() => defineInspector())
afterEach(() => {
  shown?.remove()
  shown = undefined
})

describe('what it shows', () => {
  test('is the state with its reason, the attempt, and the wait as it gets shorter', async () => {
    const { journal, transport, connection } = setUp()
    const root = inspect({ journal })
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Connecting')
    transport.last().message('hello', { id: '1' })
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Open')
    transport.last().refuse(503)
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Waiting')
    expect(text(root, '.why')).toContain('http-503')
    expect(root.querySelector<HTMLElement>('.now')!.dataset.status).toBe('waiting')
    const first = parseFloat(text(root, '.wait').replace(/[^\d.]/g, ''))
    await expect.poll(() => parseFloat(text(root, '.wait').replace(/[^\d.]/g, '')), patient).toBeLessThan(first)
    expect([fact(root, 'transport'), fact(root, 'attempt'), fact(root, 'failures')]).toEqual(['scripted', '1', '1'])
    connection.close()
    await expect.poll(() => text(root, '.now strong') + text(root, '.why'), patient).toBe('Closedclosed')
    expect(text(root, '.wait')).toBe('')
  })

  test('is what the journal says: messages, bytes, signs of life, cursor, gaps, faults, attempts, events', async () => {
    const { journal, transport, connection } = setUp()
    const root = inspect({ journal })
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { sink } = transport.last()
      sink.opened()
      sink.alive(false, 100)
      sink.alive(false, 20)
      sink.frame({ event: 'message', data: 'x'.repeat(20), id: `${attempt}` })
      if (attempt === 2) sink.welcome({ resumed: false })
      transport.last().drop()
      await expect.poll(() => connection.state.get().status, patient).toBe('waiting')
      connection.reconnect()
    }
    await expect.poll(() => fact(root, 'attempt'), patient).toBe('4')
    const sum = (of: (one: KeptJournal['attempts'][number]) => number): string =>
      String(journal.attempts.reduce((total, one) => total + of(one), 0))
    expect(fact(root, 'messages')).toBe(sum(({ messages }) => messages))
    expect(fact(root, 'bytes')).toBe(`${sum(({ bytes }) => bytes)} B`)
    expect(fact(root, 'life')).toBe(sum(({ signs }) => signs))
    expect([fact(root, 'cursor'), fact(root, 'gaps'), fact(root, 'faults')]).toEqual(['3', '1', '0'])

    const fates = [...root.querySelectorAll<HTMLElement>('.attempts li')].map(({ dataset }) => dataset.fate)
    expect(fates).toEqual(['dialling', 'bad', 'bad', 'bad'])
    expect(texts(root, '.attempts li')[1]).toContain('#3 scripted')
    expect(texts(root, '.attempts li')[1]).toContain('dropped')
    expect([...root.querySelectorAll<SVGElement>('g.bar')].map(({ dataset }) => dataset.fate)).toEqual(
      fates.toReversed(),
    )
    expect(root.querySelectorAll('path.loss')).toHaveLength(1)

    const told = journal.entries.map(({ event }) => event.type)
    const rows = texts(root, '.events [data-groups~=states] b')
    expect(rows).toEqual(told.toReversed())
    const signs = texts(root, '.events li:not([data-groups~=states]) b')
    expect(signs).toEqual(journal.signs.map(({ type }) => type).toReversed())
    connection.close()
  })

  test('is one line of many, where one is chosen', async () => {
    const journal = createJournal()
    for (const word of ['first', 'second']) {
      const transport = scriptedTransport()
      const connection = createConnection({ transports: transport, journal })
      connection.subscribe(() => {})
      transport.last().message(word, { id: word })
      connection.close()
    }
    const root = inspect({ journal })
    await drawn()
    const chooser = root.querySelector<HTMLSelectElement>('label:not([hidden]) select')!
    expect([...chooser.options].map(({ value }) => value)).toEqual(['', '2', '1'])
    expect(fact(root, 'messages')).toBe('2')
    chooser.value = '1'
    chooser.dispatchEvent(new Event('change'))
    await expect.poll(() => fact(root, 'messages'), patient).toBe('1')
    expect(fact(root, 'cursor')).toBe('first')
  })

  test('is the newest line, though an older one is closed later', async () => {
    const journal = createJournal()
    const [first, second] = [scriptedTransport('first'), scriptedTransport('second')]
    const [older, newer] = [first, second].map((transports) => createConnection({ transports, journal }))
    older!.subscribe(() => {})
    newer!.subscribe(() => {})
    for (const transport of [first, second]) transport.last().open()
    older!.close()
    const root = inspect({ journal })
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Open')
    expect(fact(root, 'transport')).toBe('second')
    newer!.close()
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Closed')
  })

  test('is the connection by itself where there is no journal, with what decode could not read', async () => {
    const transport = scriptedTransport()
    const decode = (): never => {
      throw new Error('<b>no</b>')
    }
    const connection = createConnection({ transports: transport, decode })
    connection.subscribe(() => {})
    const root = inspect({ connection })
    transport.last().message('x')
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Open')
    await expect.poll(() => fact(root, 'faults'), patient).toBe('1')
    expect(text(root, '.events li')).toContain('decode Error: <b>no</b>')
    expect(text(root, '.note')).toContain('createJournal')
    connection.close()
  })

  test('is text, whatever a server or a thief writes into it', async () => {
    const { journal, transport, connection } = setUp()
    const root = inspect({ journal })
    const evil = '<img src=x onerror="window.stolen=1"><script>window.stolen=1</script>'
    transport.last().message('x', { id: evil, event: evil })
    transport.last().end({ kind: 'closed', code: 4400, reason: evil })
    await expect.poll(() => text(root, '.why'), patient).toContain('<img')
    for (const summary of root.querySelectorAll<HTMLElement>('.events summary')) summary.click()
    await expect.poll(() => texts(root, '.events pre').join(''), patient).toContain('<script>')
    expect(root.querySelectorAll('img, script')).toHaveLength(0)
    expect(window).not.toHaveProperty('stolen')
    connection.close()
  })

  test('speaks Chinese where the page does, and changes with it', async () => {
    const { journal, connection } = setUp()
    const root = inspect({ journal, lang: 'zh-CN' })
    await expect.poll(() => text(root, '.now strong'), patient).toBe('正在连接')
    shown!.lang = 'en'
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Connecting')
    connection.close()
  })
})

describe('what it costs', () => {
  test('is one drawing a frame at the most, at a thousand events a second', async () => {
    const { journal, transport, connection } = setUp()
    const root = inspect({ journal })
    await drawn()
    let frames = 0
    let drawings = 0
    let counting = true
    const watch = new MutationObserver(() => (drawings += 1))
    watch.observe(root, { subtree: true, childList: true, attributes: true, characterData: true })
    const count = (): void => {
      frames += 1
      if (counting) requestAnimationFrame(count)
    }
    requestAnimationFrame(count)
    const since = performance.now()
    let sent = 0
    await new Promise<void>((done) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        while (sent < performance.now() - since) transport.last().message('x', { id: `${++sent}` })
        if (sent < 1_500) port2.postMessage(0)
        else done()
      }
      port2.postMessage(0)
    })
    await drawn()
    counting = false
    watch.disconnect()
    expect(fact(root, 'messages')).toBe(String(sent))
    expect(drawings).toBeGreaterThan(5)
    expect(drawings).toBeLessThanOrEqual(frames + 1)
    expect(root.querySelectorAll('.events li').length).toBeLessThanOrEqual(200)
    connection.close()
  })

  test('is nothing once it is removed', async () => {
    const { journal, transport, connection } = setUp()
    let listeners = 0
    const counted: KeptJournal = {
      ...journal,
      get entries() {
        return journal.entries
      },
      get attempts() {
        return journal.attempts
      },
      get signs() {
        return journal.signs
      },
      subscribe(listener) {
        listeners += 1
        const leave = journal.subscribe(listener)
        return () => {
          listeners -= 1
          leave()
        }
      },
    }
    const root = inspect({ journal: counted })
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Connecting')
    expect(listeners).toBe(1)
    shown!.remove()
    expect([listeners, root.childElementCount]).toEqual([0, 0])
    const { requestAnimationFrame: real } = window
    let asked = 0
    window.requestAnimationFrame = (task) => {
      asked += 1
      return real(task)
    }
    transport.last().message('x', { id: '1' })
    await new Promise((settle) => real(() => real(settle)))
    window.requestAnimationFrame = real
    expect(asked).toBe(0)
    document.body.append(shown!)
    await expect.poll(() => fact(root, 'messages'), patient).toBe('1')
    expect(listeners).toBe(1)
    connection.close()
  })
})

describe('what can be done with it', () => {
  test('pause keeps what is seen, and clear forgets what was', async () => {
    const { journal, transport, connection } = setUp()
    const root = inspect({ journal })
    transport.last().message('x', { id: '1' })
    await expect.poll(() => fact(root, 'messages'), patient).toBe('1')
    button(root, 'Pause').click()
    await expect.poll(() => button(root, 'Go on')?.ariaPressed, patient).toBe('true')
    transport.last().message('y', { id: '2' })
    await drawn()
    expect(fact(root, 'messages')).toBe('1')
    button(root, 'Go on').click()
    await expect.poll(() => fact(root, 'messages'), patient).toBe('2')
    await expect.poll(() => root.querySelectorAll('.events li').length, patient).toBeGreaterThan(3)
    button(root, 'Clear').click()
    await expect.poll(() => root.querySelectorAll('.events li').length, patient).toBe(0)
    expect(text(root, '.empty')).toBe('Nothing has happened yet')
    expect(text(root, '.now strong')).toBe('Open')
    connection.close()
  })

  test('events are filtered by kind and by what they say', async () => {
    const { journal, transport, connection } = setUp()
    const root = inspect({ journal })
    transport.last().message('x', { id: 'needle' })
    transport.last().refuse(503)
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Waiting')
    const [kind] = root.querySelectorAll<HTMLSelectElement>('section select')
    kind!.value = 'trouble'
    kind!.dispatchEvent(new Event('change'))
    await expect.poll(() => texts(root, '.events b'), patient).toEqual(['ended'])
    kind!.value = 'all'
    const search = root.querySelector<HTMLInputElement>('input[type=search]')!
    search.value = 'NEEDLE'
    search.dispatchEvent(new Event('input'))
    await expect.poll(() => texts(root, '.events b'), patient).toEqual(['message'])
    connection.close()
  })

  test('the timeline is moved and zoomed by keys', async () => {
    const { journal, transport, connection } = setUp()
    const root = inspect({ journal })
    transport.last().open()
    await drawn()
    const picture = root.querySelector<SVGElement>('svg')!
    const strike = (key: string): boolean => picture.dispatchEvent(new KeyboardEvent('keydown', { key }))
    expect(text(root, 'output')).toBe('1 min')
    strike('+')
    await expect.poll(() => text(root, 'output'), patient).toBe('15 s')
    strike('-')
    strike('-')
    await expect.poll(() => text(root, 'output'), patient).toBe('5 min')
    strike('ArrowLeft')
    await expect.poll(() => root.querySelectorAll('g.bar').length, patient).toBe(0)
    expect(button(root, 'Follow').matches(':enabled')).toBe(true)
    strike('End')
    await expect.poll(() => root.querySelectorAll('g.bar').length, patient).toBe(1)
    connection.close()
  })

  async function play(root: ShadowRoot, content: string): Promise<void> {
    const chosen = new DataTransfer()
    chosen.items.add(new File([content], 'report.json', { type: 'application/json' }))
    const input = root.querySelector<HTMLInputElement>('input[type=file]')!
    input.files = chosen.files
    input.dispatchEvent(new Event('change'))
    await expect.poll(() => text(root, '.note'), patient).toContain('report.json')
  }

  async function recorded(): Promise<Recording> {
    const { journal, transport, connection } = setUp()
    transport.last().message('x', { id: '1' })
    transport.last().refuse(503)
    await expect.poll(() => connection.state.get().status, patient).toBe('waiting')
    connection.close()
    return JSON.parse(JSON.stringify(journal)) as Recording
  }

  test('a recording is played again, and every state is as it was', async () => {
    const recording = await recorded()
    const root = inspect({ journal: createJournal() })
    await play(root, JSON.stringify(recording))
    expect(text(root, '.note')).toBe('report.json: replayed: every state is as recorded')
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Closed')
    expect(texts(root, '.events [data-groups~=states] b')).toHaveLength(recording.entries.length)
    button(root, 'Back to the live journal').click()
    await expect.poll(() => text(root, '.now strong'), patient).toBe('Not used yet')
  })

  test('where the conduct is another one now, the events say so', async () => {
    const recording = await recorded()
    const changed = recording.entries.map((entry) =>
      entry.state.status === 'waiting' ? { ...entry, state: { ...entry.state, retryAtMs: 1 } } : entry,
    )
    const root = inspect({ journal: createJournal() })
    await play(root, JSON.stringify({ version: 1, recordings: [{ ...recording, entries: changed }] }))
    expect(text(root, '.note')).toBe('report.json: replayed: states that differ: 1')
    await expect.poll(() => texts(root, '.events b'), patient).toEqual(['ended'])
    expect(text(root, '.events li')).toContain('recorded ≠ replayed: Waiting')
  })

  test.each([
    '',
    'null',
    '{}',
    '[1]',
    '{"version":1,"recordings":[{}]}',
    '{"version":1,"recordings":[null]}',
    '{"version":1,"plan":{},"start":{},"entries":[null]}',
  ])('a file that holds no journal is refused: %j', async (content) => {
    const root = inspect({ journal: createJournal() })
    await play(root, content)
    expect(text(root, '.note')).toBe('report.json: This is no journal of holdline')
  })
})

test('it has room on a narrow page, and every control has a name', async () => {
  const { journal, transport, connection } = setUp()
  const root = inspect({ journal })
  shown!.style.width = '320px'
  transport.last().message('x', { id: 'a-rather-long-id-without-any-place-to-break-'.repeat(4) })
  transport.last().end({ kind: 'closed', code: 4400, reason: 'x'.repeat(120) })
  await expect.poll(() => text(root, '.now strong'), patient).toBe('Failed')
  const panel = root.querySelector('.panel')!
  expect(panel.scrollWidth).toBeLessThanOrEqual(320)
  for (const control of root.querySelectorAll<HTMLElement>('button, select, input:not([hidden])')) {
    const label = control.textContent || control.ariaLabel || control.closest('label')?.textContent
    expect(label, control.outerHTML).toBeTruthy()
  }
  connection.close()
})

test('it may be set up before it is defined, and a second definition does no harm', async () => {
  const { journal, connection } = setUp()
  const early = Object.assign(document.createElement('x-late-inspector'), { journal }) as HoldlineInspector
  document.body.append(early)
  shown = early
  defineInspector('x-late-inspector')
  defineInspector('x-late-inspector')
  await expect.poll(() => text(early.shadowRoot!, '.now strong'), patient).toBe('Connecting')
  connection.close()
})
