import type { ChatMessage, ToolPart } from './message.js'
import type { ToolChange } from './protocol.js'
import { withTool } from './tools.js'

/** What has become of the tools of an answer that is still arriving. */
export interface Outcomes {
  add(fits: (call: ToolPart) => boolean, change: ToolChange): void
  /** The answer as it is to be shown: the same one as long as nothing has changed. */
  on<M extends ChatMessage | undefined>(message: M): M
  clear(): void
}

export function createOutcomes(): Outcomes {
  const changes: [(call: ToolPart) => boolean, ToolChange][] = []
  let before: ChatMessage | undefined
  let after: ChatMessage | undefined
  return {
    add(fits, change) {
      changes.push([fits, change])
      before = undefined
    },
    on(message) {
      if (!message || changes.length === 0) return message
      if (message !== before)
        after = changes.reduce((whole, [fits, change]) => withTool(whole, fits, change), message as ChatMessage)
      before = message
      return after as typeof message
    },
    clear() {
      changes.length = 0
    },
  }
}
