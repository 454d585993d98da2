import type { Ending } from '../base/ending.js'

/** What came over one attempt, and how it ended. Holds no message, and no header. */
export interface AttemptNote {
  /** Which line it belongs to, counted from 1: a chat makes one for each answer. */
  readonly line: number
  readonly attempt: number
  /** The transport's name. */
  readonly transport: string
  readonly startedAtMs: number
  /** When the server agreed. */
  readonly openedAtMs?: number | undefined
  readonly endedAtMs?: number | undefined
  /** How the other side ended it; nothing where we hung up. */
  readonly ending?: Ending | undefined
  /**
   * In one word: the ending's, such as `http-503`, or what we hung up for: `silence` and other codes of errors, `parked`,
   * `hidden`, `snapshot`, `closed`, `unused`, `redialled`, `replaced` by a better
   * transport, or `given-up`: a better one that was tried in vain.
   */
  readonly code?: string | undefined
  readonly messages: number
  readonly bytes: number
  /** How often something came that was no message, such as a heartbeat. */
  readonly signs: number
  /** The last id that came. */
  readonly cursor?: string | undefined
}

/** Something that came over an attempt. What comes within a tenth of a second of the same kind is one sign. */
export interface Sign {
  readonly line: number
  readonly attempt: number
  /** `life`: bytes that were no message, such as a heartbeat. `cursor`: it moved without a message. */
  readonly type: 'life' | 'message' | 'cursor' | 'welcome' | 'retry' | 'fault'
  readonly atMs: number
  /** How many there were. */
  readonly count: number
  /** How long they were: bytes of `life`, characters or bytes of messages. */
  readonly size: number
  /** The id of the last one, the server's wish in milliseconds, or the code of the fault. */
  readonly id?: string | undefined
  /** What the last message's event is called, or what the fault says. */
  readonly text?: string | undefined
}

/** A note that is still being written. */
export type Open<T> = { -readonly [Key in keyof T]: T[Key] }
