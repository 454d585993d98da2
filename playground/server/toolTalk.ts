import type { Calling } from './answers.js'
import type { Turn } from './conversations.js'
import { isRecord } from './http.js'
import type { Phrases } from './phrases.js'

const TIME = /\bwhat(?:'s|’s| is)? (?:the )?(?:current )?time\b|\bcurrent time\b|几点|现在.*时间/iu
const NOTIFY =
  /^\s*(?:please\s+)?(?:notify|tell|warn)\s+(?:everybody|everyone|all|the room)\b\s*(?:that\b)?\s*[:,]?\s*(.*?)\s*$/is
const NOTIFY_ZH = /^\s*(?:请)?(?:通知|告诉)(?:大家|所有人)[:：，,]?\s*(.*?)\s*$/su

/** Where some well-known places are. */
const ZONES: readonly (readonly [place: RegExp, zone: string])[] = [
  [/\b(beijing|shanghai)\b|北京|上海/i, 'Asia/Shanghai'],
  [/\btokyo\b|东京/i, 'Asia/Tokyo'],
  [/\bberlin\b|柏林/i, 'Europe/Berlin'],
  [/\blondon\b|伦敦/i, 'Europe/London'],
  [/\bnew york\b|纽约/i, 'America/New_York'],
  [/\bsydney\b|悉尼/i, 'Australia/Sydney'],
]

/** The tool that a question calls for, if any. */
export function askForTool(question: string): Calling | undefined {
  if (TIME.test(question)) {
    const zone = ZONES.find(([place]) => place.test(question))?.[1]
    return { name: 'current_time', input: { timeZone: zone ?? 'local' } }
  }
  const text = NOTIFY.exec(question)?.[1] ?? NOTIFY_ZH.exec(question)?.[1]
  return text === undefined ? undefined : { name: 'notify_room', input: { text: text || 'Hello from the chat' } }
}

/** What is said once the tools have done what they do. */
export function tellOutcomes(turns: readonly Turn[], phrases: Phrases): string {
  const calls = turns.flatMap(({ raw }) => (Array.isArray(raw?.tool_calls) ? (raw.tool_calls as unknown[]) : []))
  const outcomes = turns.filter(({ role }) => role === 'tool')
  return outcomes
    .map(({ raw, text }, nth) => tell(nameOf(calls, raw, nth), valueOf(text), raw?.failed === true, phrases))
    .join('\n\n')
}

/** Some formats name the call, some the tool, and some just keep the order. */
function nameOf(calls: readonly unknown[], raw: Turn['raw'], nth: number): string {
  if (typeof raw?.name === 'string') return raw.name
  const call = calls.find((one) => isRecord(one) && one.id === raw?.tool_call_id) ?? calls[nth]
  const of = isRecord(call) && isRecord(call.function) ? call.function : {}
  return typeof of.name === 'string' ? of.name : 'unknown'
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function tell(name: string, output: unknown, failed: boolean, phrases: Phrases): string {
  const { time, zone, delivered, error } = isRecord(output) ? output : {}
  if (name === 'current_time' && typeof time === 'string') return phrases.time(time, String(zone))
  if (name === 'notify_room' && delivered === true) return phrases.told
  const why = typeof error === 'string' ? error : typeof output === 'string' ? output : ''
  // Not every format can say that an outcome is a failure.
  if (failed || why !== '') return phrases.notRun(name, why)
  return phrases.said(name, JSON.stringify(output))
}
