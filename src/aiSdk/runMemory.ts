import type { Env } from '../transports/env.js'

/** Knows which answer was arriving in which chat, also after a reload. */
export interface RunMemory {
  recall(chatId: string): string | undefined
  remember(chatId: string, runId: string): void
  /** It is over; unless another has begun meanwhile. */
  forget(chatId: string, runId: string | undefined): void
}

export function createRunMemory({ storage }: Env): RunMemory {
  const runs = new Map<string, string>()
  const keyOf = (chatId: string): string => `holdline-run:${chatId}`
  const recall = (chatId: string): string | undefined =>
    runs.get(chatId) ?? quietly(() => storage?.getItem(keyOf(chatId))) ?? undefined
  return {
    recall,
    remember(chatId, runId) {
      runs.set(chatId, runId)
      quietly(() => storage?.setItem(keyOf(chatId), runId))
    },
    forget(chatId, runId) {
      if (recall(chatId) !== runId) return
      runs.delete(chatId)
      quietly(() => storage?.removeItem(keyOf(chatId)))
    },
  }
}

/** A full or forbidden storage costs a resume after a reload, nothing more. */
function quietly<T>(task: () => T): T | undefined {
  try {
    return task()
  } catch {
    return undefined
  }
}
