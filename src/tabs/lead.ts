import type { Ending } from '../base/ending.js'
import { randomId } from '../base/randomId.js'
import type { Frame } from '../frames/frame.js'
import type { Attempt, Channel, Sink, Transport } from '../transports/transport.js'
import { type Air, BEAT_MS, type Word } from './words.js'

/** How many messages a tab that comes later can be told of. */
const KEPT = 1_024

/** Holds the line, and tells the other tabs what it hears. */
export async function lead(transport: Transport, attempt: Attempt, sink: Sink, air: Air): Promise<Ending> {
  const { clock } = attempt.env
  const me = randomId()
  const kept: Frame[] = []
  const waiting: (Word & { t: 'hello' })[] = []
  let { cursor } = attempt
  /** The message before the first one that is kept. */
  let before = cursor
  let line: Channel | undefined
  let stopBeating = (): void => {}

  function beat(resumed: boolean = true): void {
    stopBeating()
    air.say(line ? { t: 'here', from: me, resumed, sends: !!line.send } : { t: 'dialling' })
    stopBeating = clock.after(BEAT_MS, () => beat())
  }

  /** Brings a tab that has come to where all others are. */
  function answer({ from, cursor: theirs }: Word & { t: 'hello' }): void {
    const at = kept.findIndex(({ id }) => id === theirs)
    const all = theirs !== undefined && theirs === before
    const known = theirs === undefined || theirs === cursor || at >= 0 || all
    air.say({ t: 'here', from: me, to: from, resumed: known, sends: !!line?.send })
    if (at < 0 && !all) return
    for (const frame of kept.slice(at + 1)) air.say({ t: 'frame', to: from, frame })
  }

  async function send({ id, data, renew }: Word & { t: 'send' }): Promise<void> {
    let ending: Ending | undefined
    try {
      if (line?.send) ending = (await line.send(data, id, renew)) ?? undefined
      else ending = { kind: 'dropped' }
    } catch (cause) {
      ending = { kind: 'unusable', code: 'not-sendable', message: String(cause) }
    }
    // Who waits for it asks the next one who holds the line.
    if (!attempt.signal.aborted) air.say({ t: 'sent', id, ending: plain(ending) })
  }

  air.hear((word) => {
    if (word.t === 'hello' && line) answer(word)
    else if (word.t === 'hello') {
      waiting.push(word)
      air.say({ t: 'dialling' })
    } else if (word.t === 'send') void send(word)
  })

  const telling: Sink = {
    ...sink,
    opened(channel = {}) {
      if (line) return
      line = channel
      sink.opened(channel)
      beat()
      waiting.splice(0).forEach(answer)
    },
    frame(frame) {
      sink.frame(frame)
      cursor = frame.id ?? cursor
      if (frame.id) kept.push(frame)
      if (kept.length > KEPT) before = kept.shift()?.id
      air.say({ t: 'frame', frame })
    },
    checkpoint(id) {
      sink.checkpoint(id)
      cursor = id || undefined
      air.say({ t: 'checkpoint', id })
    },
    welcome(welcome) {
      sink.welcome(welcome)
      if (welcome.resumed !== false) return
      kept.length = 0
      before = undefined
      beat(false)
    },
  }
  beat()
  const ending = await transport.dial({ ...attempt, cursor }, telling)
  stopBeating()
  if (!attempt.signal.aborted) air.say({ t: 'ended', ending: plain(ending) ?? ending })
  return ending
}

/** What can be told over a channel: an error of somebody's own may hold anything. */
const plain = (ending: Ending | undefined): Ending | undefined =>
  ending && 'cause' in ending ? { ...ending, cause: undefined } : ending
