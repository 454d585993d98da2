// What is said in a flood, in the shape of each way to say it. Made beforehand: a server that is still writing JSON when
// the page has nothing left to read would be what is measured.

/** A message of about 200 bytes, as chats have them. `at` is when it was written, in milliseconds. */
export const wordOf = (n, at = 0) =>
  `{"n":${n},"at":${at.toFixed(3)},"room":"general","from":"Ada Lovelace","text":"The engine weaves algebraic patterns just as the loom weaves flowers and leaves, and number ${n} is only one of many of them."}`

const quoted = (n, at) => `{"id":"${n}","data":${JSON.stringify(wordOf(n, at))}}`

/** An unmasked text frame of a WebSocket. */
export function frameOf(text) {
  const body = Buffer.from(text)
  const head = Buffer.alloc(body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10)
  head[0] = 0x81
  if (head.length === 2) head[1] = body.length
  else if (head.length === 4) head.writeUInt16BE(body.length, 2)
  else head.writeBigUInt64BE(BigInt(body.length), 2)
  if (head.length > 2) head[1] = head.length === 4 ? 126 : 127
  return Buffer.concat([head, body])
}

/** Each way of saying messages `from` to `to`, stamped with the time: one message, or many that are written in one turn. */
export const ways = {
  stream: (from, to, at) => Buffer.from(each(from, to, (n) => `id: ${n}\ndata: ${wordOf(n, at)}\n\n`).join('')),
  frames: (from, to, at) => Buffer.concat(each(from, to, (n) => frameOf(wordOf(n, at)))),
  batches: (from, to, at) => frameOf(`[${each(from, to, (n) => quoted(n, at)).join(',')}]`),
  frame: frameOf,
  answer: (from, to, at) => Buffer.from(`[${each(from, to, (n) => quoted(n, at)).join(',')}]`),
}

const each = (from, to, make) => Array.from({ length: to - from + 1 }, (_, index) => make(from + index))

const made = new Map()

/** A whole flood of one kind, in pieces of so many messages. */
export function floodOf(way, count, size) {
  const key = `${way} ${count} ${size}`
  if (!made.has(key)) {
    const pieces = []
    for (let from = 1; from <= count; from += size) pieces.push(ways[way](from, Math.min(from + size - 1, count)))
    made.set(key, pieces)
  }
  return made.get(key)
}

/** Lets go of what was made. */
export const forgetFloods = () => made.clear()
