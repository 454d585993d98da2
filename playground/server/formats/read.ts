import { isRecord } from '../http.js'
import type { Body, Read } from './format.js'

export const listOf = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter((item) => isRecord(item)) : []

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Where the request's messages have our shape already. */
export const readMessages = ({ messages }: Body): Read => ({ messages })

export const callOf = (id: unknown, name: unknown, input: unknown): object => ({
  id,
  type: 'function',
  function: { name, arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}) },
})

/** An attachment, as Chat Completions have it. */
export const fileOf = (url: unknown, filename?: unknown): object => ({
  type: 'file',
  file: { filename: typeof filename === 'string' ? filename : undefined, file_data: url },
})

/** What a message says and calls; one that says nothing says so. */
export const saidWith = (content: readonly object[], tool_calls: readonly object[]): object =>
  tool_calls.length === 0 ? { content } : { content: content.length > 0 ? content : null, tool_calls }
