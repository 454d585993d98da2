import type { Usage } from '../message.js'
import type { Loose } from './reading.js'

/** The fields that are read, of all kinds of events. */
export type AgUiEvent = Loose<{
  type: string
  messageId: string
  role: string
  delta: unknown
  toolCallId: string
  toolCallName: string
  content: unknown
  name: string
  value: unknown
  runId: string
  message: string
  code: string
  activityType: string
  replace: boolean
  snapshot: unknown
  patch: unknown
  messages: unknown
  usage: readonly Loose<Usage>[]
  outcome: { readonly type?: string; readonly interrupts?: readonly Interrupt[] }
  metadata: { readonly tanstack?: Loose<{ finishReason: string; state: string }> | null }
}>

interface Interrupt {
  readonly id: string
  readonly reason?: string
  readonly toolCallId?: string
}
