// Other people's standards, with other people's code.
import { from, map, take, toArray } from 'rxjs'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { json, observable, type Schema, sse } from '../../src/index.ts'
import { eventually, hold } from './listen.ts'
import { serve } from './server.ts'

const feed = async (...texts: string[]): Promise<string> => {
  const { origin } = await serve({
    http: (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write(texts.map((text, at) => `id: ${at + 1}\ndata: ${text}\n\n`).join('')),
  })
  return origin
}

const schemas: Record<string, Schema<{ likes: number }>> = {
  zod: z.object({ likes: z.number() }),
  valibot: v.object({ likes: v.number() }),
}

test.each(Object.entries(schemas))(
  '%s checks each message; what does not fit is a fault, and the cursor moves on',
  async (_, schema) => {
    const url = await feed('{"likes":1}', '{"likes":"many"}', 'not json', '{"likes":4}')
    const { connection, data, faults } = hold({ transports: sse(url), decode: json(schema) })
    const cursors: (string | undefined)[] = []
    connection.subscribe(({ id }) => cursors.push(id))
    await eventually(() => expect(data).toEqual([{ likes: 1 }, { likes: 4 }]))
    expect(faults.map(({ kind, code }) => [kind, code])).toEqual([
      ['protocol', 'schema'],
      ['protocol', 'not-json'],
    ])
    expect(cursors).toEqual(['1', '4'])
  },
)

test('RxJS takes a connection as an Observable, and lets go of it', async () => {
  const { connection } = hold({ transports: sse(await feed('1', '2', '3')), decode: json<number>() })
  const doubled = from(observable(connection)).pipe(
    map(({ data }) => data * 2),
    take(3),
    toArray(),
  )
  expect(await new Promise((resolve) => doubled.subscribe(resolve))).toEqual([2, 4, 6])
})

test('a stream can be piped', async () => {
  const { connection } = hold({ transports: sse(await feed('1', '2')), decode: json<number>() })
  const doubled = connection
    .stream()
    .pipeThrough(
      new TransformStream<{ readonly data: number }, number>({ transform: ({ data }, to) => to.enqueue(data * 2) }),
    )
  const reader = doubled.getReader()
  expect([(await reader.read()).value, (await reader.read()).value]).toEqual([2, 4])
  await reader.cancel()
})
