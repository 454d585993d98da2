// A herd: everybody loses the same server in the same moment.
import { createLuck } from '../lib/numbers.mjs'
import { ourClient } from './conduct.mjs'
import { peers } from './peers.mjs'
import { simulate } from './simulate.mjs'

const CLIENTS = 100_000
const MANY = 1_000_000
const BOUND = 'no better is possible'

const seconds = (id, title, more = {}) => ({ id, title, unit: 's', kind: 'count', better: 'less', ...more })
const count = (id, title, more = {}) => ({ id, title, kind: 'count', better: 'less', ...more })

export default {
  id: 'herd',
  title: 'A herd comes back',
  what: `${CLIENTS.toLocaleString('en-US')} clients lose their server in the same moment. It is gone for 30 s; then it takes 2,000 clients a second and turns the others away. In the last columns it is gone for 300 s, for a fifth of the clients and a fifth as strong. Simulated in virtual time with the function that decides in every connection of ours, and with the waits of the others as their packages' files have them by default. \`npm run bench -- herd --full\` takes ${MANY.toLocaleString('en-US')} clients and a server for 20,000 a second.

Load is what is tried in a second, as a multiple of what the server can take. The best there is, everybody in one perfect queue, takes 50 s. The rows with \`Retry-After\` are a server that says so many seconds to those whom it turns away; none of the others reads that. Who has given up is never back, and counts in "never".`,
  ours: 'holdline',
  limit: BOUND,
  rounds: 1,
  shortRounds: 1,
  goals: [
    { column: 'all', max: 55, text: 'everybody is back soon' },
    { column: 'first', max: 3, text: 'the server is not run over in its first second' },
    {
      column: 'all',
      contestant: 'holdline, Retry-After: 1',
      max: 51,
      text: 'everybody is back as soon as can be where the server says when',
    },
  ],
  check: { contestants: ['holdline'] },
  async open({ full }) {
    const size = full ? MANY : CLIENTS
    const perSecond = size / 50
    const run = (createClient, hintMs) => {
      const of = (downMs, share) =>
        simulate({
          createClient,
          clients: size * share,
          downMs,
          perSecond: perSecond * share,
          hintMs,
          luck: createLuck(7),
        })
      const [short, long] = [of(30_000, 1), of(300_000, 0.2)]
      const { half, most, all, lostShare, first, peak, attempts } = short
      return {
        half,
        most,
        all,
        never: lostShare,
        first,
        peak,
        attempts,
        longAll: long.all,
        longFirst: long.first,
        longAttempts: long.attempts,
      }
    }
    const contestants = {
      holdline: () => run(ourClient),
      'holdline, Retry-After: 5': () => run(ourClient, 5_000),
      'holdline, Retry-After: 1': () => run(ourClient, 1_000),
      ...Object.fromEntries(Object.entries(peers).map(([name, createClient]) => [name, () => run(createClient)])),
      [BOUND]: () => ({
        half: 25,
        most: 49.5,
        all: 50,
        never: 0,
        first: 1,
        peak: 1,
        attempts: 1,
        longAll: 50,
        longFirst: 1,
        longAttempts: 1,
      }),
    }
    return {
      contestants: Object.keys(contestants),
      columns: [
        seconds('half', 'half are back'),
        seconds('most', '99 %'),
        seconds('all', 'all are back', { plot: true }),
        count('never', 'never', { unit: '%' }),
        count('first', 'load in the first second', { unit: '×', plot: true }),
        count('peak', 'highest load', { unit: '×' }),
        count('attempts', 'attempts each'),
        seconds('longAll', 'after 300 s: all are back'),
        count('longFirst', 'load in the first second', { unit: '×' }),
        count('longAttempts', 'attempts each'),
      ],
      measure: async (name) => contestants[name](),
    }
  },
}
