import { describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { envelope, json, longPolling, type Message, polling, sse, type Transport, webSocket } from '../../src/index.ts'
import { eventually, hold } from './listen.ts'
import { type Asked, serve } from './server.ts'

const dialect = envelope()

/** What a server says to a client that comes with this cursor, for the nth time. */
type Talk = (cursor: string | undefined, nth: number) => unknown

/** The same talk over each transport; what is said over a stream in one envelope is one here, too. */
const ways: Record<string, (talk: Talk) => Promise<{ transport: Transport; cursors: (string | undefined)[] }>> = {
  webSocket: async (talk) => {
    const cursors: (string | undefined)[] = []
    const { origin } = await serve({
      socket: (socket: WebSocket) =>
        socket.once('message', (text) => {
          const { cursor } = JSON.parse(String(text as Buffer)) as { cursor?: string }
          socket.send(JSON.stringify(talk(cursor, cursors.push(cursor) - 1)))
        }),
    })
    return { transport: webSocket(origin, { dialect }), cursors }
  },
  ...Object.fromEntries(
    Object.entries({ longPolling, polling }).map(([name, make]) => [
      name,
      async (talk: Talk) => {
        const cursors: (string | undefined)[] = []
        const { origin } = await serve({
          http({ cursor, query }: Asked, response) {
            const content = talk(cursor, cursors.push(cursor) - 1)
            if (query.get('wait') === '0' || (content as unknown[]).length > 0) response.end(JSON.stringify(content))
          },
        })
        return { transport: make(origin, { dialect, everyMs: 20 }), cursors }
      },
    ]),
  ),
}

describe.each(Object.entries(ways))('%s', (name, serveTalk) => {
  const once =
    (content: unknown): Talk =>
    (_, nth) =>
      nth === 0 ? content : []

  test('reads many messages in one envelope, with all that belongs to them', async () => {
    const { transport, cursors } = await serveTalk(
      once([
        { t: 'welcome' },
        { id: '1', data: '甲' },
        { id: 2, event: 'likes', data: { n: 3 } },
        { t: 'a control of later days', data: 'not a message' },
        { t: 'ping' },
        { data: null },
        { id: '4', data: '' },
        { id: '5', event: '', data: [1] },
      ]),
    )
    const { heard, faults } = hold({ transports: transport })
    await eventually(() => expect(heard.length).toBe(5))
    expect(heard.map(({ id, event, data }) => [id, event, data])).toEqual([
      ['1', 'message', '甲'],
      ['2', 'likes', '{"n":3}'],
      [undefined, 'message', 'null'],
      ['4', 'message', ''],
      ['5', expect.any(String), '[1]'],
    ])
    expect(faults).toEqual([])
    if (name !== 'webSocket') await eventually(() => expect(cursors[1]).toBe('5'))
  })

  test('reads a single item without an array around it', async () => {
    const { transport } = await serveTalk((_, nth) => (nth === 0 ? { id: '1', data: { n: 1 } } : []))
    const { data } = hold({ transports: transport, decode: json() })
    await eventually(() => expect(data).toEqual([{ n: 1 }]))
  })

  test('hears nothing behind an end', async () => {
    const { transport, cursors } = await serveTalk(
      once([{ data: 'last' }, { t: 'end', reason: 'stopped' }, { data: 'ghost' }]),
    )
    const { data, reach } = hold({ transports: transport })
    expect(await reach('closed')).toMatchObject({ reason: 'ended', ending: 'stopped' })
    expect(data).toEqual(['last'])
    expect(cursors.length).toBe(1)
  })

  test('starts anew after a reset, and says that messages may be missing', async () => {
    const { transport, cursors } = await serveTalk((cursor, nth) =>
      cursor === '7' ? [{ t: 'reset' }, { data: 'ghost' }] : nth === 1 ? [{ id: '1', data: 'anew' }] : [],
    )
    const { data, gaps, states } = hold({ transports: transport, resumeFrom: '7' })
    await eventually(() => expect(data).toEqual(['anew']))
    expect(gaps).toEqual([{ after: '7', before: undefined, reason: 'lost', again: false }])
    expect(cursors.slice(0, 2)).toEqual(['7', undefined])
    expect(states.map(({ status }) => status)).not.toContain('waiting')
  })

  test('says that messages may be missing where the server does not know the cursor', async () => {
    const { transport, cursors } = await serveTalk(
      once([
        { t: 'welcome', resumed: false },
        { id: '7', data: 'another 7' },
        { id: '8', data: 'b' },
      ]),
    )
    const { data, gaps } = hold({ transports: transport, resumeFrom: '7' })
    await eventually(() => expect(data).toEqual(['another 7', 'b']))
    expect(gaps).toEqual([{ after: '7', before: undefined, reason: 'lost', again: false }])
    expect(cursors[0]).toBe('7')
  })

  test('tells of no gap on a fresh start, nor where every message names the one before', async () => {
    const { transport } = await serveTalk(
      once([
        { t: 'welcome', resumed: false },
        { id: '3', prev: '2', data: 'a' },
        { id: '4', prev: '3', data: 'b' },
      ]),
    )
    const { data, gaps } = hold({ transports: transport })
    await eventually(() => expect(data).toEqual(['a', 'b']))
    expect(gaps).toEqual([])
  })

  test('shows a message that is missing, and goes on behind it', async () => {
    const { transport } = await serveTalk(
      once([
        { id: '1', data: 'a' },
        { id: '3', prev: '2', data: 'c' },
      ]),
    )
    const { data, gaps } = hold({ transports: transport })
    await eventually(() => expect(data).toEqual(['a', 'c']))
    expect(gaps).toEqual([{ after: '1', before: '3', reason: 'skipped', again: false }])
  })

  test('asks again for what is missing where a listener of gaps reconnects', async () => {
    const { transport, cursors } = await serveTalk((cursor, nth) => {
      if (nth === 0)
        return [
          { id: '1', data: 'a' },
          { id: '3', prev: '2', data: 'c' },
          { id: '4', prev: '3', data: 'd' },
        ]
      const rest = [
        { id: '2', prev: '1', data: 'b' },
        { id: '3', prev: '2', data: 'c' },
        { id: '4', prev: '3', data: 'd' },
      ]
      return cursor === '1' ? rest : []
    })
    const { data, gaps, connection } = hold({ transports: transport })
    connection.gaps.subscribe(() => connection.reconnect())
    await eventually(() => expect(data.length).toBeGreaterThanOrEqual(4))
    expect(data).toEqual(['a', 'b', 'c', 'd'])
    expect(gaps).toEqual([{ after: '1', before: '3', reason: 'skipped', again: false }])
    expect(cursors[1]).toBe('1')
  })
})

test('over an event stream, events are messages and only the controls are envelopes', async () => {
  const { origin } = await serve({
    http: (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(
          'id: 8\nevent: likes\ndata: [1]\n\nevent: holdline\ndata: [{"t":"ping"},{"t":"end","reason":"truncated"}]\n\ndata: ghost\n\n',
        ),
  })
  const { heard, reach } = hold({ transports: sse(origin, { dialect }) })
  expect(await reach('closed')).toMatchObject({ reason: 'ended', ending: 'truncated' })
  expect(heard).toEqual([{ id: '8', event: 'likes', data: '[1]' }] satisfies Message<string>[])
})

test('an empty id clears the cursor, and an id that stands alone moves it', async () => {
  const { origin, asked } = await serve({
    http({ cursor }, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const next: Record<string, string> = {
        none: 'id: 5\n\n',
        '5': 'id: 6\ndata: a\n\nid: 7\n\n',
        '7': 'id:\ndata: b\n\n',
      }
      response.end(next[cursor ?? 'none'])
    },
  })
  const { data } = hold({ transports: sse(origin) })
  await eventually(() => expect(asked.length).toBeGreaterThan(3))
  expect(asked.slice(0, 4).map(({ cursor }) => cursor)).toEqual([undefined, '5', '7', undefined])
  expect(data.slice(0, 2)).toEqual(['a', 'b'])
})
