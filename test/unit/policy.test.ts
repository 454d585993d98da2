import { describe, expect, test } from 'vitest'
import { delayAfter } from '../../src/policy/backoff.js'
import { retryAfterMs, retryInReason } from '../../src/policy/retryAfter.js'
import { judge } from '../../src/policy/verdict.js'

const statuses = {
  'server-busy true': [408, 425, 429, 500, 502, 503, 504, 507, 520, 522, 529],
  'auth once': [401],
  'forbidden false': [403, 451],
  'missing proven': [404],
  'cursor reset': [409, 410, 412, 416],
  'request false': [301, 302, 400, 405, 406, 413, 414, 415, 422, 431, 501, 505],
}
const closeCodes = {
  'ended false': [1000],
  'network true': [1001, 1005, 1006, 1015, 3001, 4000, 4001, 4402],
  'server-busy true': [1011, 1012, 1013, 1014, 4408, 4429],
  'auth once': [3000, 4401, 1008],
  'forbidden false': [3003, 4403],
  'cursor reset': [4410, 4412, 4416],
  'request false': [1002, 1003, 1007, 1009, 1010, 3500, 3999, 4400, 4404, 4405, 4406, 4409, 4500, 4999],
}
const rows = (table: Record<string, number[]>) =>
  Object.entries(table).flatMap(([verdict, codes]) => codes.map((code) => [code, verdict] as const))

describe('what an ending means', () => {
  test.each(rows(statuses))('HTTP %i: %s', (status, verdict) => {
    const { kind, retry } = judge({ kind: 'refused', status })
    expect(`${kind} ${retry}`).toBe(verdict)
  })

  test.each(rows(closeCodes))('WebSocket %i: %s', (code, verdict) => {
    const { kind, retry } = judge({ kind: 'closed', code, reason: '' })
    expect(`${kind} ${retry}`).toBe(verdict)
  })

  test.each([
    [{ kind: 'finished' }, 'ended false'],
    [{ kind: 'dropped' }, 'network true'],
    [{ kind: 'timeout', what: 'silence' }, 'timeout true'],
    [{ kind: 'timeout', what: 'connect-timeout' }, 'timeout true'],
    [{ kind: 'reset' }, 'cursor reset'],
    [{ kind: 'garbled', code: 'dropped', message: '' }, 'protocol proven'],
    [{ kind: 'unusable', code: 'bad-url', message: '' }, 'request false'],
    [{ kind: 'aborted' }, 'aborted false'],
  ] as const)('%o: %s', (ending, verdict) => {
    const { kind, retry } = judge(ending)
    expect(`${kind} ${retry}`).toBe(verdict)
  })
})

test('a wait is a number whatever the failures and the luck', () => {
  const backoff = { firstMs: 1000, growth: 2, maxMs: 30_000 }
  for (const failures of [0, 1, 10, 1100, 1e9]) {
    for (const luck of [0, 0.5, 1]) {
      const ms = delayAfter(failures, backoff, luck, 0)
      expect(ms).toBeGreaterThanOrEqual(100)
      expect(ms).toBeLessThanOrEqual(30_000)
    }
  }
})

test('no server may silence a client for longer than five minutes and a quarter', () => {
  expect(delayAfter(0, { firstMs: 1000, growth: 2, maxMs: 30_000 }, 1, 1e12)).toBe(375_000)
})

test.each([
  ['120', 120_000],
  ['Sat, 21 Nov 2026 12:00:10 GMT', 10_000],
  ['Sat, 21 Nov 2026 11:00:00 GMT', undefined],
  ['0', undefined],
  ['-5', undefined],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
])('Retry-After: %s', (value, ms) => {
  expect(retryAfterMs(value, Date.parse('2026-11-21T12:00:00Z'))).toBe(ms)
})

test.each([
  ['retry=5000', 5000],
  ['restarting; retry=250', 250],
  ['restarting', undefined],
  ['retry=soon', undefined],
])('close reason: %s', (reason, ms) => {
  expect(retryInReason(reason)).toBe(ms)
})
