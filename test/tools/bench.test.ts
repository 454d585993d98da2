// The arithmetic of the benchmarks, and what is made of it.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** They are plain scripts, without types. */
const script = (name: string): Promise<Record<string, (...given: unknown[]) => never>> =>
  import(/* @vite-ignore */ pathToFileURL(join(root, 'bench/lib', `${name}.mjs`)).href)

const { median, ratio, spread, shuffle, createLuck } = await script('numbers')
const { summarise } = await script('summary')
const { compare } = await script('compare')
const { reportOf } = await script('report')
const { measure } = await script('measure')

const columns = [
  { id: 'ms', title: 'time', unit: 'ms', kind: 'time', better: 'less' },
  { id: 'size', title: 'size', unit: 'bytes', kind: 'bytes', better: 'less' },
]
const goal = { column: 'ms', against: 'limit', max: 1.5, text: 'close to the limit' }
const benchmark = { id: 'one', title: 'One', what: 'What it is.', ours: 'holdline', limit: 'bare', goals: [goal] }
const opened = { contestants: ['holdline', 'peer', 'bare'], columns }

interface Summary {
  rows: { name: string; failed?: string; values: Record<string, { median: number; toLimit?: number }> }[]
  goals: { value?: number; reached?: boolean }[]
}

/** Rounds of a machine that is three times as slow in the second one. */
const samples = {
  holdline: { ms: [2, 6, 2.2], size: [100, 100, 100] },
  peer: { ms: [10, 30, 10], size: [50, 50, 50] },
  bare: { ms: [1, 3, 1], size: [10, 10, 10] },
}
const sum = (given: object = samples, failures: object = {}): Summary =>
  summarise!(benchmark, opened, given, failures) as Summary

describe('the arithmetic', () => {
  test('takes the middle of the values that there are', () => {
    expect(median!([3, 1, 2])).toBe(2)
    expect(median!([4, undefined, 1])).toBe(2.5)
    expect(median!([])).toBeUndefined()
  })

  test('takes ratios round by round, so that a slow round changes nothing', () => {
    expect(ratio!([2, 6, 2], [1, 3, 1])).toBe(2)
    expect(ratio!([2, undefined], [undefined, 1])).toBeUndefined()
    expect(ratio!([2], [0])).toBeUndefined()
  })

  test('says how far the middle half of the values reaches', () => {
    expect(spread!([8, 9, 10, 11, 12])).toBe(0.2)
  })

  test('shuffles everybody into an order that a seed repeats', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const order = (seed: number): string[] => shuffle!(names, createLuck!(seed))
    expect(order(1)).toEqual(order(1))
    expect(new Set([1, 2, 3, 4].map((seed) => order(seed).join())).size).toBeGreaterThan(1)
    expect([...order(1)].sort()).toEqual(names)
  })
})

describe('a run', () => {
  const one = { ...benchmark, rounds: 2, open: async () => ({ ...opened, measure }) }
  const run = (measureOne: (name: string) => Promise<object>): Promise<Summary> =>
    measure!({ ...one, open: async () => ({ ...opened, measure: measureOne }) })

  test('reports a contestant that fails, with its reason, and goes on with the others', async () => {
    const { rows } = await run(async (name) => {
      if (name === 'peer') throw new Error('It has no legs\nat all')
      return { ms: 1, size: 1 }
    })
    expect(rows.map(({ name, failed }) => [name, failed])).toEqual([
      ['holdline', undefined],
      ['peer', 'It has no legs'],
      ['bare', undefined],
    ])
    expect(rows[0]?.values.ms?.median).toBe(1)
  })

  test('reports whether a goal is reached, by the ratio to the limit', () => {
    expect(sum().goals).toMatchObject([{ value: 2, reached: false }])
    expect(sum({ ...samples, holdline: { ms: [1.2, 3.6, 1.2] } }).goals).toMatchObject([{ value: 1.2, reached: true }])
    expect(sum({ bare: samples.bare }).goals).toMatchObject([{ reached: undefined }])
  })
})

describe('the check', () => {
  const kept = { ...benchmark, ...sum(), columns }
  const against = (holdline: object): { steps: { text: string }[]; compared: number } =>
    compare!(kept, sum({ ...samples, holdline }))

  test('lets pass what is as good as it was, on a machine of any speed', () => {
    const slow = { holdline: { ms: [20], size: [101] }, peer: samples.peer, bare: { ms: [10], size: [10] } }
    expect(compare!(kept, sum(slow))).toEqual({ steps: [], compared: 4 })
  })

  test('says what has become clearly worse, by how much, and how to accept it', () => {
    const { steps } = against({ ms: [5, 15, 5], size: [130, 130, 130] })
    expect(steps.map(({ text }) => text)).toEqual([
      'one: holdline, time: 5 × the limit, was 2 × the limit. If that is meant: npm run bench -- one --short --write',
      'one: holdline, size: 130 B, was 100 B. If that is meant: npm run bench -- one --short --write',
    ])
  })

  test('does not take a value that is gone for a good one', () => {
    expect(against({ ms: samples.holdline.ms }).steps).toHaveLength(1)
  })
})

describe('the report', () => {
  const machine = { processor: 'a processor', cores: 2, memoryGB: 8, system: 'Linux', node: '20.0.0' }
  const plain = (text: string): string => text.replace(/ *\| */g, '|').replace(/:?-+:?/g, '-')

  test('holds the values, the ratios, the goals and the failures', () => {
    const result = { ...benchmark, columns, rounds: 3, ...sum(samples, { peer: 'It has no legs' }) }
    const files = reportOf!({ machine, peers: { peer: '1.0.0' }, benchmarks: [result] }) as Record<string, string>
    const text = plain(files['benchmarks.md'] ?? '')
    expect(text).toContain('|**holdline**|2.2 ms (2 ×)|100 B (10 ×)|')
    expect(text).toContain('- **peer** failed: It has no legs')
    expect(text).toContain('**Not reached**: close to the limit (time: at most 1.5 × of bare; it is 2 ×)')
    expect(text).toContain('|peer|1.0.0|')
    expect(files['benchmarks/one.svg']).toContain('<title id="one-title">One</title>')
  })

  test('in docs/ is what results.json says', () => {
    const read = (path: string): string => readFileSync(join(root, path), 'utf8')
    if (!existsSync(join(root, 'bench/results.json'))) return
    const files = reportOf!(JSON.parse(read('bench/results.json'))) as Record<string, string>
    for (const [path, text] of Object.entries(files)) expect(plain(read(`docs/${path}`))).toBe(plain(text))
  })
})
