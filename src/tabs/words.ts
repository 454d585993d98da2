import type { Ending } from '../base/ending.js'
import type { Frame } from '../frames/frame.js'

/** What the tabs that share a line say to each other. */
export type Word =
  /** Somebody has come, and has heard everything up to here. */
  | { readonly t: 'hello'; readonly from: string; readonly cursor: string | undefined }
  /** The line is held by `from`, and open. `to`: an answer to that tab's hello. `resumed: false`: messages are lost. */
  | {
      readonly t: 'here'
      readonly from: string
      readonly to?: string
      readonly resumed: boolean
      readonly sends: boolean
    }
  | { readonly t: 'frame'; readonly to?: string; readonly frame: Frame }
  | { readonly t: 'checkpoint'; readonly id: string }
  /** The line is held, and not open yet. */
  | { readonly t: 'dialling' }
  /** Somebody wants something sent by the tab that holds the line, and is told what became of it. */
  | { readonly t: 'send'; readonly id: string; readonly data: unknown; readonly renew: boolean }
  | { readonly t: 'sent'; readonly id: string; readonly ending: Ending | undefined }
  /** The line has ended, in this way. */
  | { readonly t: 'ended'; readonly ending: Ending }

/** How often the tab that holds the line says so, and after which silence another one takes it. */
export const BEAT_MS = 2_000
export const GONE_MS = 6_000

/** The channel that the tabs talk over. */
export interface Air {
  say(word: Word): void
  hear(listener: (word: Word) => void): void
  close(): void
}

export function openAir(channel: BroadcastChannel): Air {
  return {
    say: (word) => channel.postMessage(word),
    hear(listener) {
      channel.onmessage = ({ data }) => listener(data as Word)
    },
    close() {
      channel.onmessage = null
      channel.close()
    },
  }
}
