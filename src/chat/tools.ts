import { report } from '../base/error.js'
import { type ChatMessage, isTool, type ToolPart } from './message.js'
import type { ToolChange } from './protocol.js'

/** The tool calls of a message that wait for somebody to run them. */
export const waitingCalls = ({ parts }: ChatMessage): ToolPart[] =>
  parts.filter((part): part is ToolPart => isTool(part) && part.state === 'input-available' && !part.providerExecuted)

/** Runs a tool, if there is anybody who does. */
export async function runTool(
  run: ((call: ToolPart) => unknown) | undefined,
  call: ToolPart,
): Promise<ToolChange | undefined> {
  try {
    const output = await run?.(call)
    return output === undefined ? undefined : { state: 'output-available', output }
  } catch (error) {
    report(error)
    return { state: 'output-error', errorText: String(error) }
  }
}

/** The message with one of its tool calls changed; the same one where it has no such call. */
export function withTool(message: ChatMessage, fits: (call: ToolPart) => boolean, change: ToolChange): ChatMessage {
  const at = message.parts.findIndex((part) => isTool(part) && fits(part))
  const call = message.parts[at]
  if (!call || !isTool(call)) return message
  const parts = [...message.parts]
  parts[at] = { ...call, ...change } as ToolPart
  return { ...message, parts }
}

/** The newest message that has such a call, with the call changed: some servers count the calls of each answer from 0. */
export function withNewest(
  messages: readonly ChatMessage[],
  fits: (call: ToolPart) => boolean,
  change: ToolChange,
): ChatMessage | undefined {
  for (const message of [...messages].reverse()) {
    const next = withTool(message, fits, change)
    if (next !== message) return next
  }
  return undefined
}
