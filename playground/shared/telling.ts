import type { ConnectionState, ErrorKind } from 'holdline'
import type { ChatMessage, ChatSnapshot, MessageEnd } from 'holdline/chat'
import { labelOf } from './transports'

/** What the state line says: a word, and what stands behind it. */
export interface Telling {
  readonly tone: 'quiet' | 'good' | 'live' | 'warn' | 'bad'
  readonly word: string
  readonly more: readonly string[]
}

const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`
const over = (transport: string): string => (transport ? `over ${labelOf(transport)}` : '')
const retry = (atMs: number | undefined, now: number, attempt: number): string =>
  `attempt ${attempt + 1} in ${seconds((atMs ?? now) - now)}`
const heard = (atMs: number | undefined, now: number): string =>
  atMs === undefined ? '' : `last byte ${seconds(now - atMs)} ago`

const told = (tone: Telling['tone'], word: string, ...more: readonly string[]): Telling => ({
  tone,
  word,
  more: more.filter((part) => part !== ''),
})

/** What is worth trying again, in words for everybody. */
const TROUBLES: Readonly<Partial<Record<ErrorKind, string>>> = {
  network: 'The line broke',
  timeout: 'The line fell silent',
  'server-busy': 'The server is busy',
  protocol: 'That was no answer',
  cursor: 'The server has forgotten',
}

export function tellChat(
  { status, connection, error, stalled }: Pick<ChatSnapshot, 'status' | 'connection' | 'error' | 'stalled'>,
  now: number,
): Telling {
  const { transport, attempt, retryAtMs, lastByteAtMs } = connection
  const byte = heard(lastByteAtMs, now)
  const again = attempt > 1 ? `attempt ${attempt}` : ''
  const back = attempt > 1 ? `on line ${attempt}, nothing lost` : ''
  if (stalled && connection.status !== 'waiting')
    return told('warn', 'Nothing comes', 'the model may only be slow', byte)
  switch (status) {
    case 'ready':
      return transport
        ? told('good', 'Ready', `last answer ${over(transport)}`, back)
        : told('good', 'Ready', 'nothing is open until you ask')
    case 'submitted':
      if (connection.status === 'waiting') return told('warn', 'No answer', retry(retryAtMs, now, attempt))
      if (connection.status === 'open')
        return told('live', 'Asked', over(transport), 'waiting for the first word', byte)
      return told('live', 'Asking', over(transport), again)
    case 'streaming':
      return told('live', 'Answering', over(transport), back, byte)
    case 'reconnecting':
      if (connection.status === 'waiting') return told('warn', 'The line broke', retry(retryAtMs, now, attempt))
      if (connection.status === 'paused') return told('warn', 'Paused', 'the page is put away')
      return told('warn', 'Reconnecting', over(transport), again)
    case 'error':
      return told('bad', 'That went wrong', error?.message ?? '')
  }
}

export function tellLine(state: ConnectionState, now: number): Telling {
  const { transport, attempt, lastByteAtMs } = state
  switch (state.status) {
    case 'idle':
      return told('quiet', 'Not connected')
    case 'connecting':
      return told(attempt > 1 ? 'warn' : 'live', 'Connecting', over(transport), attempt > 1 ? `attempt ${attempt}` : '')
    case 'open':
      return told('live', 'Live', over(transport), heard(lastByteAtMs, now))
    case 'waiting':
      return told('warn', TROUBLES[state.error.kind] ?? state.error.message, retry(state.retryAtMs, now, attempt))
    case 'paused':
      return told('warn', 'Paused', 'the page is put away')
    case 'closed':
      return told('quiet', 'Closed')
    case 'failed':
      return told('bad', 'Given up', state.error.message)
  }
}

/** Whether there is a wait to cut short, or an end to take back. */
export const canDial = (status: ConnectionState['status']): boolean => status === 'waiting' || status === 'failed'

/** For ears: what happened, without the numbers that change all the time. */
export function speakChat(
  { status, stalled }: Pick<ChatSnapshot, 'status' | 'stalled'>,
  last: ChatMessage | undefined,
): string {
  if (stalled) return 'Nothing has come for a while. You can stop the answer.'
  switch (status) {
    case 'submitted':
      return 'Asked. Waiting for the answer.'
    case 'streaming':
      return 'The answer is arriving.'
    case 'reconnecting':
      return 'The line broke. Reconnecting.'
    case 'error':
    case 'ready':
      return last?.end ? (noteOf(last.end)?.text ?? 'The answer is complete.') : ''
  }
}

/** What stands under an answer that did not simply come to its end. */
export function noteOf(
  end: MessageEnd,
): { readonly tone: 'quiet' | 'warn' | 'bad'; readonly text: string } | undefined {
  switch (end.state) {
    case 'stopped':
      return { tone: 'quiet', text: 'Stopped. What had come was kept.' }
    case 'truncated':
      return { tone: 'warn', text: 'This answer broke off, and could not be gone on with.' }
    case 'error':
      return { tone: 'bad', text: end.error?.message ?? 'The answer failed.' }
    case 'complete':
      if (end.reason === 'length') return { tone: 'warn', text: 'The model stopped at its limit of length.' }
      if (end.reason === 'content-filter') return { tone: 'warn', text: 'A content filter ended this answer.' }
      return undefined
  }
}

export function usageOf({ usage }: ChatMessage): string {
  const { inputTokens, outputTokens } = usage ?? {}
  if (inputTokens === undefined && outputTokens === undefined) return ''
  return `${inputTokens ?? '?'} tokens in, ${outputTokens ?? '?'} out`
}
