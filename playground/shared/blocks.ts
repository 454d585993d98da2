import type { TextPart } from 'holdline/chat'
import { splitBlocks } from './markdown'

/** Cuts a text that grows into blocks. What is settled is looked at once; only what is being written is cut anew. */
export function createBlocks(): (part: TextPart) => readonly string[] {
  let done: readonly string[] = []
  let settled = ''
  return ({ text, settled: upTo = text.length }) => {
    // Another text altogether, where an answer was told anew.
    if (!text.startsWith(settled)) {
      done = []
      settled = ''
    }
    if (upTo > settled.length) {
      done = [...done, ...splitBlocks(text.slice(settled.length, upTo))]
      settled = text.slice(0, upTo)
    }
    return [...done, ...splitBlocks(text.slice(settled.length))]
  }
}
