import { type HoldlineError, json, type Schema } from 'holdline'
import {
  type ChatFinish,
  type ChatMessage,
  type ChatOptions,
  createPartialJson,
  type PartialJson,
  textOf,
} from 'holdline/chat'
import type { CompletionOptions } from './alone.js'

/** An object while it is written: anything in it may still be missing, and a text may still grow. */
export type DeepPartial<T> = T extends readonly (infer Item)[]
  ? readonly DeepPartial<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> }
    : T

/** What an answer says, as JSON. `error` is set once it has ended and is not what was asked for. */
export interface ObjectRead<T> {
  readonly object: DeepPartial<T> | undefined
  /** The same once it is whole and fits the schema. */
  readonly whole: T | undefined
  readonly error: HoldlineError | undefined
}

/** What `onFinish` of {@link useObject} is told. */
export interface ObjectFinish<T> extends ChatFinish {
  /** The whole object; `undefined` where the answer was cut, or does not fit the schema. */
  readonly object: T | undefined
  /** Why there is none. */
  readonly error: HoldlineError | undefined
}

/** What {@link useObject} takes. */
export interface ObjectOptions<T> extends Omit<CompletionOptions, 'onFinish'> {
  /** What the object must look like once it is whole: a Standard Schema, such as one made with Zod or Valibot. */
  readonly schema?: Schema<T> | undefined
  /** Called once per answer, however it ended. */
  readonly onFinish?: ((finish: ObjectFinish<T>) => void) | undefined
}

const NOTHING: ObjectRead<never> = { object: undefined, whole: undefined, error: undefined }
/** Models like to put a fence around what they were asked for. */
const OPENING = /^\s*(?:```\w*\s*)?/
const CLOSING = /^[ \t]*```/m

/** Reads the answers of one chat while they grow: of each only what is new. */
export function objectReader<T>(schema: () => Schema<T> | undefined): (answer?: ChatMessage) => ObjectRead<T> {
  let last: ChatMessage | undefined
  let growing = growingJson()
  let read: ObjectRead<T> = NOTHING

  return (answer) => {
    if (answer === last) return read
    last = answer
    if (!answer) return (read = NOTHING)
    const text = textOf(answer)
    // Another answer, or one that was begun anew.
    if (!growing.take(text)) (growing = growingJson()).take(text)
    const object = growing.value() as DeepPartial<T> | undefined
    read = { object, whole: undefined, error: undefined }
    if (answer.end?.state === 'complete') read = { ...read, ...check(text) }
    return read
  }

  function check(text: string): Partial<ObjectRead<T>> {
    const asked = schema()
    const decode = asked ? json(asked) : json<T>()
    try {
      const whole = decode({ event: 'message', data: unfenced(text), id: undefined })
      return { whole, object: whole as DeepPartial<T> }
    } catch (error) {
      return { error: error as HoldlineError }
    }
  }
}

/** JSON that grows with a text. */
function growingJson(): { take(text: string): boolean; value: PartialJson['value'] } {
  const json = createPartialJson()
  let seen = ''
  let at: number | undefined
  return {
    /** Says no where this is not the text before and more. */
    take(text) {
      if (!text.startsWith(seen)) return false
      seen = text
      at ??= beginning(text)
      if (at === undefined) return true
      // Behind its end there may be a fence, and what else a model has to say: that is not read.
      json.write(text.slice(at))
      at = text.length
      return true
    },
    value: json.value,
  }
}

/** Where the JSON begins, once that can be told. */
function beginning(text: string): number | undefined {
  const at = OPENING.exec(text)?.[0].length ?? 0
  return at === text.length || text[at] === '`' ? undefined : at
}

function unfenced(text: string): string {
  const inner = text.replace(OPENING, '')
  if (inner.length === text.trimStart().length) return inner
  // JSON has no line breaks within texts, so what stands at the start of a line is a fence.
  const end = inner.search(CLOSING)
  return end < 0 ? inner.trimEnd().replace(/```$/, '') : inner.slice(0, end)
}

/** The options of the chat underneath. */
export function chatOptionsFor<T>(
  options: ObjectOptions<T>,
  read: (answer: ChatMessage) => ObjectRead<T>,
): ChatOptions {
  const { schema: _schema, ...rest } = options
  return {
    ...rest,
    onFinish(finish) {
      const { whole: object, error } = read(finish.message)
      try {
        if (error) options.onError?.(error)
      } finally {
        options.onFinish?.({ ...finish, object, error: error ?? finish.end.error })
      }
    },
  }
}

/** What is asked for: text as it is, anything else as JSON. */
export const asText = (input: unknown): string => (typeof input === 'string' ? input : JSON.stringify(input))
