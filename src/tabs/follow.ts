import type { Ending } from '../base/ending.js'
import { randomId } from '../base/randomId.js'
import { toJson } from '../frames/decode.js'
import { isBinary } from '../transports/pack.js'
import type { Attempt, Channel, Sink } from '../transports/transport.js'
import type { Air, Word } from './words.js'

/** Nobody knows what has become of it: it is sent again. */
const LOST: Ending = { kind: 'dropped' }

/** A tab that hears by way of another one. */
export interface Follower {
  /** When the tab that holds the line was heard last. */
  readonly heardAtMs: number
  /** Asks for a sign of life. */
  ask(): void
  /** Hears no more. */
  leave(): void
}

export function follow(
  { env: { clock }, signal }: Attempt,
  cursor: () => string | undefined,
  sink: Sink,
  air: Air,
  ended: (ending: Ending) => void,
): Follower {
  const me = randomId()
  const sent = new Set<readonly [id: string, settle: (ending?: Ending) => void]>()
  let heardAtMs = clock.now()
  let isOpen = false
  let leader: string | undefined

  const channel: Channel = {
    // What is on its way through another tab could overtake what comes behind it.
    serial: true,
    send(data, id, renew = false) {
      // What cannot be cloned, a proxy say, may well be JSON; what is neither throws here.
      const plain = isBinary(data) ? data : (JSON.parse(toJson(data)) as unknown)
      return new Promise((settle) => {
        sent.add([id, settle])
        air.say({ t: 'send', id, data: plain, renew })
      })
    },
  }

  /** Tells whoever waits for the word on this message, or on any, what it is. */
  function settle(ending: Ending | undefined, about?: string): void {
    for (const letter of sent) {
      if (about !== undefined && about !== letter[0]) continue
      sent.delete(letter)
      letter[1](ending)
    }
  }

  function hear(word: Word): void {
    if (signal.aborted || ('to' in word && word.to !== undefined && word.to !== me)) return
    switch (word.t) {
      case 'here':
        heardAtMs = clock.now()
        // The one before has taken its answers along.
        if (leader !== word.from) settle(LOST)
        leader = word.from
        // Before that, what others are told would come too early: what we have missed comes first.
        if (!isOpen && word.to !== me) return hello()
        if (!isOpen) sink.opened(word.sends ? channel : {})
        isOpen = true
        sink.alive()
        if (!word.resumed) sink.welcome({ resumed: false })
        return
      case 'dialling':
        heardAtMs = clock.now()
        return
      case 'frame':
        if (!isOpen) return
        sink.alive()
        sink.frame(word.frame)
        return
      case 'checkpoint':
        if (isOpen) sink.checkpoint(word.id)
        return
      case 'sent':
        settle(word.ending, word.id)
        return
      case 'ended':
        ended(word.ending)
        return
      case 'hello':
      case 'send':
        // For the one who holds the line.
        return
    }
  }

  function hello(): void {
    air.say({ t: 'hello', from: me, cursor: cursor() })
  }

  air.hear(hear)
  hello()
  return {
    get heardAtMs() {
      return heardAtMs
    },
    ask: hello,
    leave: () => air.hear(() => {}),
  }
}
