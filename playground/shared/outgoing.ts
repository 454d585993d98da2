import type { Readable } from 'holdline'
import type { Said } from './room'
import { messageOf } from './texts'

/** Something on its way to the room, and what became of it. */
export interface Outgoing {
  readonly said: Said
  readonly status: 'sending' | 'sent' | 'refused'
  readonly reason?: string | undefined
}

type Send = (said: Said, options: { readonly id: string }) => Promise<void>

export interface Outbox extends Readable<readonly Outgoing[]> {
  /** Sends it, or sends it again: the server takes each key once. */
  post(said: Said, send: Send): Promise<void>
  forget(key: string): void
}

const KEPT = 50

/** What this tab has said, until it is known that everybody heard it. */
export function createOutbox(): Outbox {
  let list: readonly Outgoing[] = []
  const listeners = new Set<() => void>()

  function show(next: readonly Outgoing[]): void {
    list = next
    for (const listener of [...listeners]) listener()
  }
  const without = (key: string): readonly Outgoing[] => list.filter(({ said }) => said.key !== key)
  const settle = (said: Said, status: Outgoing['status'], reason?: string): void =>
    show(list.map((one) => (one.said.key === said.key ? { said, status, reason } : one)))

  return {
    get: () => list,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async post(said, send) {
      const others = without(said.key)
      show([
        ...others.filter(({ status }, at) => status !== 'sent' || at >= others.length - KEPT),
        { said, status: 'sending' },
      ])
      try {
        await send(said, { id: said.key })
        settle(said, 'sent')
      } catch (error) {
        settle(said, 'refused', messageOf(error))
      }
    },
    forget: (key) => show(without(key)),
  }
}

/** What is not among the heard yet; those say that they were sent by being there. */
export const underWay = (list: readonly Outgoing[], heard: readonly Said[]): readonly Outgoing[] => {
  const keys = new Set(heard.map(({ key }) => key))
  return list.filter(({ said }) => said.kind === 'alert' && !keys.has(said.key))
}
