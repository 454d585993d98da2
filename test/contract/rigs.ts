import { envelope, longPolling, polling, sse, type Transport, webSocket } from '../../src/index.ts'

/** A transport under test, and what sets it apart from the others. */
export interface Rig {
  readonly name: string
  /** What the server speaks: an event stream, answers to polls, or WebSocket frames. */
  readonly wire: 'stream' | 'answers' | 'frames'
  readonly enveloped: boolean
  /** Whether messages carry ids, so that nothing is lost or doubled over a drop. */
  readonly resumes: boolean
  /** How a server says that nothing more will come, if it can. */
  readonly finishes: 'complete' | 'plainly' | false
  /** Whether an answer is held back until there is something to say. */
  readonly holds: boolean
  readonly sends: boolean
  /** Whether the first request must not be made again: a drop before the first cursor is then the end. */
  readonly once: boolean
  transport(url: string, options?: RigOptions): Transport
}

/** What the transports have in common. */
export interface RigOptions {
  readonly maxChars?: number
}

const rig = (name: string, wire: Rig['wire'], transport: Rig['transport'], traits: Partial<Rig> = {}): Rig => ({
  name,
  wire,
  transport,
  enveloped: false,
  resumes: false,
  finishes: false,
  holds: false,
  sends: false,
  once: false,
  ...traits,
})

const speaking = { enveloped: true, resumes: true, finishes: 'complete' } as const
const dialect = envelope()

/** Every transport that runs in Node. The native `eventSource` needs a browser: the cases take any rig. */
export const rigs: readonly Rig[] = [
  rig('sse', 'stream', sse, { resumes: true, finishes: 'plainly' }),
  rig('sse with a body', 'stream', (url, options) => sse(url, { ...options, body: { question: '?' } }), {
    once: true,
    resumes: true,
    finishes: 'plainly',
  }),
  rig('sse in envelopes', 'stream', (url, options) => sse(url, { ...options, dialect }), speaking),
  rig('longPolling', 'answers', (url, options) => longPolling(url, options), { holds: true }),
  rig('longPolling in envelopes', 'answers', (url, options) => longPolling(url, { ...options, dialect }), {
    ...speaking,
    holds: true,
  }),
  rig('polling', 'answers', (url, options) => polling(url, { everyMs: 20, ...options })),
  rig(
    'polling in envelopes',
    'answers',
    (url, options) => polling(url, { everyMs: 20, ...options, dialect }),
    speaking,
  ),
  rig('webSocket', 'frames', webSocket, { finishes: 'plainly', sends: true }),
  rig('webSocket in envelopes', 'frames', (url, options) => webSocket(url, { ...options, dialect }), {
    ...speaking,
    sends: true,
  }),
]

/** Those whose messages survive a drop. */
export const resuming: readonly Rig[] = rigs.filter(({ resumes }) => resumes)
