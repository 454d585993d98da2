// What other numbers would do to the herd, with the function that decides in every connection.
import { ourClients } from '../herd/conduct.mjs'
import { simulate } from '../herd/simulate.mjs'
import { createLuck } from '../lib/numbers.mjs'
import { table, times, told } from '../lib/table.mjs'

const tried = [
  ['as it is: up to 30 s', {}],
  ['up to 5 s', { maxMs: 5_000 }],
  ['up to 10 s', { maxMs: 10_000 }],
  ['up to 20 s', { maxMs: 20_000 }],
  ['up to 60 s', { maxMs: 60_000 }],
  ['growing by half, up to 30 s', { growth: 1.5 }],
  ['from 5 s on, up to 30 s', { firstMs: 5_000 }],
]

export async function herdProfile() {
  const rows = tried.map(([name, backoff]) => {
    const { all, first, peak, attempts } = simulate({
      createClient: ourClients({ backoff }),
      clients: 100_000,
      downMs: 30_000,
      perSecond: 2_000,
      luck: createLuck(7),
    })
    return [name, told(all, 's'), times(first), times(peak), told(attempts)]
  })
  return table(['the wait', 'all are back', 'load in the first second', 'highest load', 'attempts each'], rows)
}
