import type { ConnectionState, ErrorKind } from 'holdline'
import type { ChatMessage, ChatSnapshot, MessageEnd } from 'holdline/chat'
import { labelOf } from './transports'
import { chatLineWords, endWords, lineWords, spokenWords, troubleWords } from './words/shared'

/** What the state line says: a word, and what stands behind it. */
export interface Telling {
  readonly tone: 'quiet' | 'good' | 'live' | 'warn' | 'bad'
  readonly word: string
  readonly more: readonly string[]
}

const seconds = (ms: number): string => lineWords.seconds((Math.max(0, ms) / 1000).toFixed(1))
const over = (transport: string): string => (transport ? lineWords.over(labelOf(transport)) : '')
const again = (attempt: number): string => (attempt > 1 ? lineWords.attempt(attempt) : '')
const retry = (atMs: number | undefined, now: number, attempt: number): string =>
  lineWords.retry(attempt + 1, seconds((atMs ?? now) - now))
const heard = (atMs: number | undefined, now: number): string =>
  atMs === undefined ? '' : lineWords.heard(seconds(now - atMs))

const told = (tone: Telling['tone'], word: string, ...more: readonly string[]): Telling => ({
  tone,
  word,
  more: more.filter((part) => part !== ''),
})

const TROUBLES: Readonly<Partial<Record<ErrorKind, string>>> = troubleWords

export function tellChat(
  { status, connection, error, stalled }: Pick<ChatSnapshot, 'status' | 'connection' | 'error' | 'stalled'>,
  now: number,
): Telling {
  const { transport, attempt, retryAtMs, lastByteAtMs } = connection
  const byte = heard(lastByteAtMs, now)
  const back = attempt > 1 ? chatLineWords.back(attempt) : ''
  if (stalled && connection.status !== 'waiting')
    return told('warn', chatLineWords.stalled, chatLineWords.maybeSlow, byte)
  switch (status) {
    case 'ready':
      return transport
        ? told('good', chatLineWords.ready, chatLineWords.lastAnswer(over(transport)), back)
        : told('good', chatLineWords.ready, chatLineWords.asleep)
    case 'submitted':
      if (connection.status === 'waiting') return told('warn', chatLineWords.noAnswer, retry(retryAtMs, now, attempt))
      if (connection.status === 'open')
        return told('live', chatLineWords.asked, over(transport), chatLineWords.firstWord, byte)
      return told('live', chatLineWords.asking, over(transport), again(attempt))
    case 'streaming':
      return told('live', chatLineWords.answering, over(transport), back, byte)
    case 'reconnecting':
      if (connection.status === 'waiting') return told('warn', troubleWords.network, retry(retryAtMs, now, attempt))
      if (connection.status === 'paused') return told('warn', lineWords.paused, lineWords.away)
      return told('warn', chatLineWords.reconnecting, over(transport), again(attempt))
    case 'error':
      return told('bad', chatLineWords.wrong, error?.message ?? '')
  }
}

export function tellLine(state: ConnectionState, now: number): Telling {
  const { transport, attempt, lastByteAtMs } = state
  switch (state.status) {
    case 'idle':
      return told('quiet', lineWords.idle)
    case 'connecting':
      return told(attempt > 1 ? 'warn' : 'live', lineWords.connecting, over(transport), again(attempt))
    case 'open':
      return told('live', lineWords.live, over(transport), heard(lastByteAtMs, now))
    case 'waiting':
      return told('warn', TROUBLES[state.error.kind] ?? state.error.message, retry(state.retryAtMs, now, attempt))
    case 'paused':
      return told('warn', lineWords.paused, lineWords.away)
    case 'closed':
      return told('quiet', lineWords.closed)
    case 'failed':
      return told('bad', lineWords.failed, state.error.message)
  }
}

/** Whether there is a wait to cut short, or an end to take back. */
export const canDial = (status: ConnectionState['status']): boolean => status === 'waiting' || status === 'failed'

/** For ears: what happened, without the numbers that change all the time. */
export function speakChat(
  { status, stalled }: Pick<ChatSnapshot, 'status' | 'stalled'>,
  last: ChatMessage | undefined,
): string {
  if (stalled) return spokenWords.stalled
  switch (status) {
    case 'submitted':
      return spokenWords.submitted
    case 'streaming':
      return spokenWords.streaming
    case 'reconnecting':
      return spokenWords.reconnecting
    case 'error':
    case 'ready':
      return last?.end ? (noteOf(last.end)?.text ?? spokenWords.complete) : ''
  }
}

/** What stands under an answer that did not simply come to its end. */
export function noteOf(
  end: MessageEnd,
): { readonly tone: 'quiet' | 'warn' | 'bad'; readonly text: string } | undefined {
  switch (end.state) {
    case 'stopped':
      return { tone: 'quiet', text: endWords.stopped }
    case 'truncated':
      return { tone: 'warn', text: endWords.truncated }
    case 'error':
      return { tone: 'bad', text: end.error?.message ?? endWords.error }
    case 'complete':
      if (end.reason === 'length') return { tone: 'warn', text: endWords.length }
      if (end.reason === 'content-filter') return { tone: 'warn', text: endWords.filter }
      return undefined
  }
}

export function usageOf({ usage }: ChatMessage): string {
  const { inputTokens, outputTokens } = usage ?? {}
  if (inputTokens === undefined && outputTokens === undefined) return ''
  return endWords.usage(String(inputTokens ?? '?'), String(outputTokens ?? '?'))
}
