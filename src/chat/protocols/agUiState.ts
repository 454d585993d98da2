import type { DataPart } from '../message.js'
import type { ChatOperation } from '../protocol.js'
import type { AgUiEvent } from './agUiEvent.js'
import { patched, type PatchStep } from './jsonPatch.js'
import { unknown } from './reading.js'

const STATE = 'state'

/** Data that stands in the message; one with the same name and id takes the place of the one before. */
export const dataOf = (name: string, data: unknown, id?: string): ChatOperation => ({
  type: 'part',
  part: { type: `data-${name}`, ...(id !== undefined && { id }), data } satisfies DataPart,
})

/** The state of an agent and its activities, each a part that is shown as it stands. */
export function createAgUiState(): { read(event: AgUiEvent): ChatOperation[] | undefined } {
  const values = new Map<string, unknown>()

  const put = (name: string, id: string, data: unknown): ChatOperation[] => {
    values.set(id, data)
    return [dataOf(name, data, id)]
  }

  /** A patch that does not fit tells of something that was missed; the next snapshot makes up for it. */
  const change = (name: string, id: string, event: AgUiEvent, steps: unknown): ChatOperation[] => {
    try {
      return put(name, id, patched(values.get(id) ?? {}, steps as readonly PatchStep[]))
    } catch {
      return [unknown(event)]
    }
  }

  return {
    read(event) {
      const { type, snapshot, delta, messageId, activityType, content, replace, patch } = event
      const id = messageId ?? ''
      const name = activityType ?? 'activity'
      switch (type ?? '') {
        case 'STATE_SNAPSHOT':
          return put(STATE, STATE, snapshot)
        case 'STATE_DELTA':
          return change(STATE, STATE, event, delta)
        case 'ACTIVITY_SNAPSHOT':
          return replace === false && values.has(id) ? [] : put(name, id, content)
        case 'ACTIVITY_DELTA':
          return change(name, id, event, patch)
        default:
          return undefined
      }
    },
  }
}
