import type { Ending } from '../base/ending.js'
import { randomId } from '../base/randomId.js'
import type { Attempt, Channel, Sink } from '../transports/transport.js'
import type { Air, Word } from './words.js'

/** A tab that hears by way of another one. */
export interface Follower {
  /** When the tab that holds the line was heard last. */
  readonly heardAtMs: number
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
  const sent = new Map<string, (ending?: Ending) => void>()
  let heardAtMs = clock.now()
  let isOpen = false

  const channel: Channel = {
    send: (data, id, renew = false) =>
      new Promise((settle) => {
        sent.set(id, settle)
        air.say({ t: 'send', id, data, renew })
      }),
  }

  function hear(word: Word): void {
    if (signal.aborted || ('to' in word && word.to !== undefined && word.to !== me)) return
    switch (word.t) {
      case 'here':
        heardAtMs = clock.now()
        // Before that, what others are told would come too early: what we have missed comes first.
        if (!isOpen && word.to !== me) return hello()
        if (!isOpen) sink.opened(word.sends ? channel : {})
        isOpen = true
        sink.alive()
        if (!word.resumed) sink.welcome({ resumed: false })
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
        sent.get(word.id)?.(word.ending)
        sent.delete(word.id)
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
    leave: () => air.hear(() => {}),
  }
}
