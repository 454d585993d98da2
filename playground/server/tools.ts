import { randomUUID } from 'node:crypto'
import { isRecord } from './http.js'
import type { Room } from './room.js'

interface Parameter {
  readonly type: 'string'
  readonly description: string
}

const tool = (name: string, description: string, properties: Readonly<Record<string, Parameter>>): object => ({
  type: 'function',
  function: { name, description, parameters: { type: 'object', properties, required: Object.keys(properties) } },
})

/** What a model is told that the page can do for it. */
export const PAGE_TOOLS: readonly object[] = [
  tool('current_time', 'The time where the user is, or in a time zone', {
    timeZone: { type: 'string', description: 'An IANA time zone, or "local"' },
  }),
  tool('notify_room', 'Shows a notification to everybody who has the Notifications page open', {
    text: { type: 'string', description: 'What it says' },
  }),
]

/** Whether the user is asked before it runs: others would notice it. */
export const needsWord = (name: string): boolean => name === 'notify_room'

/** What runs here once the user has agreed. */
export type RunTool = (name: string, input: unknown) => unknown

/** Notifies all who are in the room. */
export const createTools =
  (room: Room): RunTool =>
  (name, input) => {
    const text = isRecord(input) && typeof input.text === 'string' ? input.text : ''
    if (name !== 'notify_room' || text === '') return { error: `There is no tool ${name} that takes this` }
    const key = randomUUID()
    const refusal = room.take({ id: key, data: { kind: 'alert', key, from: 'Assistant', text, at: Date.now() } })
    return refusal ? { error: refusal.message } : { delivered: true }
  }
