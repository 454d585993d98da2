import { report } from '../base/error.js'
import type { Env } from '../transports/env.js'
import type { ChatRecord, ChatStore } from './types.js'

/** Keeps a conversation in a store. */
export interface Keeper {
  /** Until then nobody knows what is kept. */
  readonly loaded: Promise<void> | undefined
  /** Something has changed: written down within a second, together with all that changes until then. */
  soon(): void
  now(): void
  stop(): void
}

const EVERY_MS = 1_000

export function createKeeper(
  store: ChatStore | undefined,
  id: string,
  { clock, surroundings }: Env,
  record: () => ChatRecord,
  restore: (record: ChatRecord) => void,
): Keeper {
  let forget: (() => void) | undefined
  let leave: (() => void) | undefined
  let loading = true
  if (!store) return { loaded: undefined, soon() {}, now() {}, stop() {} }

  /** A store that fails keeps nothing, which is no reason to lose the conversation that is on the screen. */
  const load = async (): Promise<void> => {
    try {
      const kept = await store.load(id)
      if (kept) restore(kept)
    } catch (error) {
      report(error)
    } finally {
      loading = false
    }
  }

  /** Who leaves before anything could be loaded has emptied nothing. */
  const save = async (): Promise<void> => {
    const kept = record()
    if (!loading || kept.tree.messages.length > 0) await store.save(id, kept)
  }

  function now(): void {
    forget?.()
    forget = undefined
    save().catch(report)
  }

  // A page that is left may never be back, and what is written then must not wait.
  const watch = (): (() => void) =>
    surroundings.subscribe((what) => {
      if (forget && (what === 'hidden' || what === 'parked')) now()
    })
  return {
    loaded: load(),
    soon() {
      // Not before there is something to write: a chat that is never used leaves nobody listening.
      leave ??= watch()
      forget ??= clock.after(EVERY_MS, now)
    },
    now,
    stop() {
      forget?.()
      leave?.()
    },
  }
}
