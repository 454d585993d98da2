import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPartialJson } from '../../src/chat/partialJson.js'

/** A text cut into pieces at random places. */
const pieces = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.array(fc.nat(), { maxLength: 12 }), fc.boolean())
  .map(([value, cuts, pretty]) => {
    const text = JSON.stringify(value, undefined, pretty ? 1 : undefined)
    const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
    return { text, pieces: [...places, text.length].map((to, at) => text.slice(places[at - 1] ?? 0, to)) }
  })

test('what has come whole is what JSON.parse makes of it, wherever it was cut', () => {
  fc.assert(
    fc.property(pieces, ({ text, pieces }) => {
      // A number alone may always have another digit.
      const json = createPartialJson()
      json.write('[')
      for (const piece of pieces) {
        json.write(piece)
        json.value()
      }
      json.write(']')
      expect(json.value()).toEqual([JSON.parse(text)])
      expect([json.done, json.broken]).toEqual([true, false])
    }),
  )
})

test('a value that was handed out never changes, and what has not changed is the same object', () => {
  fc.assert(
    fc.property(pieces, ({ pieces }) => {
      const json = createPartialJson()
      const shown: [unknown, string | undefined][] = []
      for (const piece of pieces) {
        json.write(piece)
        const value = json.value()
        expect(json.value()).toEqual(value)
        shown.push([value, JSON.stringify(value)])
      }
      for (const [value, before] of shown) expect(JSON.stringify(value)).toBe(before)
    }),
  )
  const json = createPartialJson()
  json.write('{"done":{"a":[1,2]},"now":"x')
  const { done } = json.value() as { done: object }
  json.write('y"')
  expect(json.value()).toEqual({ done: { a: [1, 2] }, now: 'xy' })
  expect((json.value() as { done: object }).done).toBe(done)
})

test('strings show as far as they have come, half numbers and half words do not', () => {
  const seen: unknown[] = []
  const json = createPartialJson()
  for (const piece of ['{"ci', 'ty":"P', 'ar\\', 'u00e', '9', 's","n":1', '2', ',"ok":tr', 'ue', '}']) {
    json.write(piece)
    seen.push(json.value())
  }
  expect(seen).toEqual([
    {},
    { city: 'P' },
    { city: 'Par' },
    { city: 'Par' },
    { city: 'Paré' },
    { city: 'Parés' },
    { city: 'Parés' },
    { city: 'Parés', n: 12 },
    { city: 'Parés', n: 12 },
    { city: 'Parés', n: 12, ok: true },
  ])
})

test.each(['}', '[1 2]', '{"a" 1}', '{1:2}', '[tru]', '["\\u12x4"]', '{"a":1,}', '[,]', '{}{}', '[#]'])(
  'what is no JSON is told: %s',
  (text) => {
    const json = createPartialJson()
    for (const char of text) json.write(char)
    expect(json.broken).toBe(true)
    json.write('more')
    expect(json.done).toBe(false)
  },
)

test('a key that is called __proto__ is a key', () => {
  const json = createPartialJson()
  json.write('{"__proto__":{"polluted":true},"a":1}')
  expect(JSON.stringify(json.value())).toBe('{"__proto__":{"polluted":true},"a":1}')
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})
