import { describe, expect, test } from 'vitest'
import { envelope, HoldlineError, json, polling, type Schema, sse, type Transport, webSocket } from '../../src/index.ts'
import { eventually, hold, uncaughtDuring } from './listen.ts'
import { rigs } from './rigs.ts'
import { openRoom } from './room.ts'
import { serve } from './server.ts'

const schema = (validate: Schema<{ n: number }>['~standard']['validate']): Schema<{ n: number }> => ({
  '~standard': { version: 1, vendor: 'test', validate },
})
const numbered = schema((value) =>
  typeof value === 'object' && value !== null && 'n' in value && typeof value.n === 'number'
    ? { value: { n: value.n } }
    : { issues: [{ message: 'n must be a number' }] },
)

describe.each(rigs)('$name', (rig) => {
  test('tells what is not JSON as a fault, goes on, and does not ask for it again', async () => {
    const room = await openRoom(rig)
    room.say('{"n":1}', '{"n":', '{"n":"two"}', '{"n":3}')
    const { data, faults, states, reach } = hold({ transports: rig.transport(room.url), decode: json(numbered) })
    await eventually(() => expect(data).toEqual([{ n: 1 }, { n: 3 }]))
    expect(faults).toEqual([expect.any(HoldlineError), expect.any(HoldlineError)])
    expect(faults.map(({ kind, code }) => [kind, code])).toEqual([
      ['protocol', 'not-json'],
      ['protocol', 'schema'],
    ])
    expect(faults[0]?.message).toContain('{"n":')
    expect(faults[1]?.message).toContain('n must be a number')
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'open'])
    if (!rig.resumes) return
    room.say('not json either')
    await eventually(() => expect(faults.length).toBe(3))
    const { length } = room.cursors
    room.cut()
    await eventually(() => expect(room.cursors.length).toBeGreaterThan(length))
    await reach('open')
    expect(room.cursors[length]).toBe('消息-5')
  })

  test('lets a listener throw without harm to anybody', async () => {
    const room = await openRoom(rig)
    const uncaught = await uncaughtDuring(async () => {
      room.say('one', 'two')
      const { data, connection } = hold({ transports: rig.transport(room.url) })
      connection.subscribe(() => {
        throw new Error('a bad listener')
      })
      const after: string[] = []
      connection.subscribe(({ data: text }) => after.push(text))
      await eventually(() =>
        expect([data, after]).toEqual([
          ['one', 'two'],
          ['one', 'two'],
        ]),
      )
      expect(connection.state.get().status).toBe('open')
    })
    expect(uncaught).toEqual([new Error('a bad listener'), new Error('a bad listener')])
  })
})

const stream = (text: string) =>
  serve({ http: (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(text) })

test('an asynchronous schema is told as a fault, and its rejection harms nobody', async () => {
  const { origin } = await stream('data: {"n":1}\n\n')
  const uncaught = await uncaughtDuring(async () => {
    const { faults } = hold({
      transports: sse(origin),
      decode: json(schema(async () => Promise.reject(new Error('too late')))),
    })
    await eventually(() => expect(faults.map(({ code }) => code)).toEqual(['schema']))
    expect(faults[0]?.message).toContain('asynchronous')
  })
  expect(uncaught).toEqual([])
})

test('a fault is a HoldlineError, whatever the decoder or the schema threw', async () => {
  const { origin } = await stream('data: 1\n\n')
  const thrown = new RangeError('a decoder of my own')
  const fail = (): never => {
    throw thrown
  }
  for (const decode of [fail, json(schema(fail))]) {
    const { faults } = hold<unknown>({ transports: sse(origin), decode })
    await eventually(() => expect(faults.length).toBe(1))
    expect(faults[0]).toBeInstanceOf(HoldlineError)
    expect(faults[0]).toMatchObject({ kind: 'protocol', cause: thrown })
  }
})

test('a binary frame that nobody decodes is a fault, and the line goes on', async () => {
  const { origin } = await serve({ socket: (socket) => (socket.send(Buffer.from('binary')), socket.send('text')) })
  const { data, faults } = hold({ transports: webSocket(origin) })
  await eventually(() => expect(data).toEqual(['text']))
  expect(faults.map(({ kind, code }) => [kind, code])).toEqual([['protocol', 'binary']])
})

const dialect = envelope()
const talkers: Record<string, (text: string) => Promise<Transport>> = {
  polling: async (text) => {
    const { origin } = await serve({ http: (_, response) => response.end(text) })
    return polling(origin, { dialect, everyMs: 60_000 })
  },
  webSocket: async (text) => webSocket((await serve({ socket: (socket) => socket.send(text) })).origin, { dialect }),
  sse: async (text) => sse((await stream(`event: holdline\ndata: ${text}\n\n`)).origin, { dialect }),
}

describe.each(Object.entries(talkers))('an envelope over %s', (_, talk) => {
  test.each([
    ['<html>', ['not-json']],
    ['', ['not-json']],
    ['null', ['envelope']],
    ['17', ['envelope']],
    ['"text"', ['envelope']],
    ['{"id":"1"}', ['envelope']],
    ['[null,[],{"data":"good"}]', ['envelope', 'envelope']],
  ])('that says %j is told as a fault', async (text, codes) => {
    const { data, faults, connection } = hold({ transports: await talk(text) })
    await eventually(() => expect(faults.map(({ code }) => code)).toEqual(codes))
    await eventually(() => expect(data).toEqual(text.includes('good') ? ['good'] : []))
    expect(connection.state.get().status).toBe('open')
  })
})

test.each(['classify', 'journal', 'listener of the state'])(
  'a %s that throws does not leave the line hanging',
  async (what) => {
    const { origin } = await serve({ http: (_, response) => response.writeHead(503).end() })
    let failing = true
    const fail = (): undefined => {
      if (failing) throw new Error('not my day')
      return undefined
    }
    const options = what === 'classify' ? { classify: fail } : what === 'journal' ? { journal: { note: fail } } : {}
    const uncaught = await uncaughtDuring(async () => {
      const { connection } = hold({ transports: sse(origin), ...options, maxFailures: 2 })
      if (what.startsWith('listener')) connection.state.subscribe(fail)
      await eventually(() => expect(connection.state.get().status).toBe('failed'), 1_000)
      connection.close()
    })
    failing = false
    for (const error of uncaught) expect(error).toMatchObject({ message: 'not my day' })
  },
)
