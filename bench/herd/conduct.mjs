// Ours: not a copy of its formula, but the function that decides in every connection.
import { load } from '../../scripts/lib/load.mjs'

// Each failure becomes an error for the page to read; nobody reads where a million of them came from.
Error.stackTraceLimit = 0

const [{ step }, { idle }, { planOf }] = await Promise.all(
  ['conduct', 'machine', 'options'].map((name) => load(`src/connection/${name}.ts`)),
)

const transports = { name: 'bench', label: 'bench', dial: () => new Promise(() => {}) }

/** A client that has been open long enough to have nothing against its server, and one failure after another. */
const clientOf = (plan) => (luck) => {
  const world = { now: 0, luck: 0, quietMs: 0, cursor: undefined, sent: false, bytes: 1 }
  const at = (now) => ({ ...world, now, luck: luck() })
  let state = idle()
  const go = (event, now = 0) => {
    const [next, arms = {}] = step(state, event, at(now), plan)
    state = next
    return arms
  }
  go({ type: 'start' })
  go({ type: 'opened', attempt: state.attempt, canPing: false })
  go({ type: 'proven', attempt: state.attempt })
  go({ type: 'timer', timer: 'settle', lateMs: 0 })
  return {
    /** The line is lost, or an attempt has failed: how long until the next one? Undefined: never. */
    fails(now, ending) {
      const { due } = go({ type: 'ended', attempt: state.attempt, ending }, now)
      if (state.shown.status !== 'waiting') return undefined
      go({ type: 'timer', timer: 'due', lateMs: 0 }, now + due)
      return due
    },
  }
}

/** Clients with options of their own. */
export const ourClients = (options) => clientOf(planOf({ transports, ...options }))

export const ourClient = ourClients()
