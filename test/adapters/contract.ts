import { beforeEach, describe, expect, type RunnerTask, test, vi } from 'vitest'
import { getCurrentSuite } from 'vitest/suite'

/** A test of the contract that the package behind an adapter does not pass, and why. */
export type Exceptions = Readonly<Record<string, string>>

interface Coverage {
  /** Files of the contract that have nothing to say of this transport. */
  readonly without: readonly string[]
  /** The names of suites and tests about other transports. */
  readonly others: RegExp
  readonly exceptions: Exceptions
}

const files = import.meta.glob('../contract/*.test.ts')

/**
 * Runs the contract of the transports over what the calling file has put in the place of `sse` or `webSocket`.
 * The exceptions must fail: once the package is mended, this says so.
 */
export function contract({ without, others, exceptions }: Coverage): void {
  const { waitFor } = vi

  beforeEach(({ task, onTestFinished }) => {
    if (exceptions[nameOf(task)] === undefined) return
    Object.assign(task, { fails: true })
    // What will not come need not be waited for.
    const hasty = vi.spyOn(vi, 'waitFor').mockImplementation((check) => waitFor(check, { timeout: 500, interval: 5 }))
    onTestFinished(() => hasty.mockRestore())
  })

  const named = Object.entries(files).map(([path, load]) => [/(\w+)\.test/.exec(path)?.[1] ?? path, load] as const)
  describe.each(named.filter(([name]) => !without.includes(name)))('%s', async (_, load) => {
    await load()
    const { tasks } = getCurrentSuite()
    tasks.splice(0, Infinity, ...tasks.filter(({ name }) => !others.test(name)))
  })

  test('each exception is a test of the contract', ({ task }) => {
    const names = namesIn(task.file)
    expect(Object.keys(exceptions).filter((name) => !names.includes(name))).toEqual([])
  })
}

/** The name of a test with the suites around it, from the file of the contract on. */
function nameOf({ name, suite }: RunnerTask): string {
  return suite ? `${nameOf(suite)} > ${name}` : name
}

const namesIn = (task: RunnerTask): string[] => ('tasks' in task ? task.tasks.flatMap(namesIn) : [nameOf(task)])
