// The same bytes for everybody: prepared before the clock runs, handed over one chunk at a time.

const encoder = new TextEncoder()

const chunkOf = (token, extra = '') =>
  `{"id":"chatcmpl-A1b2C3d4E5f6","object":"chat.completion.chunk","created":1760000000,"model":"example-model-1","choices":[{"index":0,"delta":{"content":"${token}"},"finish_reason":null}]${extra}}`

/** An event of about 200 bytes, as a chat service sends one for each token. */
const plain = (number) => `data: ${chunkOf(` tok${number % 1000}`)}\n\n`
const withId = (number) => `id: ${number + 1}\n${plain(number)}`
const withComment = (number) => `: keep-alive\n\n${plain(number)}`
const chinese = (number) => `data: ${chunkOf(`第${number}条弹幕：今天的月亮真圆，大家一起看直播吧`)}\n\n`

/** One event that is so many bytes long. */
const giant = (bytes) => `data: ${'0123456789abcdef'.repeat(bytes / 16)}\n\n`

const KB = 1024

/** Cuts bytes without looking at what is in them: an event, a line and a character may be cut in two. */
function cut(bytes, size) {
  const chunks = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size))
  return chunks
}

const many = (count, write, size) => {
  const texts = Array.from({ length: count }, (_, number) => write(number))
  const chunks = size ? cut(encoder.encode(texts.join('')), size) : texts.map((text) => encoder.encode(text))
  return { chunks, messages: count }
}

const one = (bytes, size) => ({ chunks: cut(encoder.encode(giant(bytes)), size), messages: 1 })

/** What is fed, by the name of its column; `count` is how many events a stream of small ones has. */
export const streams = {
  '1k': (count) => many(count, plain, KB),
  '16k': (count) => many(count, plain, 16 * KB),
  '64k': (count) => many(count, plain, 64 * KB),
  each: (count) => many(count, plain),
  ids: (count) => many(count, withId, 16 * KB),
  comments: (count) => many(count, withComment, 16 * KB),
  chinese: (count) => many(count, chinese, 16 * KB),
  giant: () => one(10_485_760, 64 * KB),
  quarter: () => one(2_621_440, 64 * KB),
}

/** What a server would answer. */
export function answer(chunks) {
  let next = 0
  const body = new ReadableStream(
    {
      pull(controller) {
        if (next < chunks.length) controller.enqueue(chunks[next++])
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
