// What the processor does while a flood of events is read, in Node: without a network, bytes to listener.
import { Session } from 'node:inspector/promises'
import { table } from '../lib/table.mjs'
import { answer, streams } from '../sse/stream.mjs'

const MESSAGES = 50_000
const TIMES = 20
const LISTED = 8
const shown = { 'without ids': '16k', 'with ids': 'ids' }

const collected = '(garbage collector)'

/** Who spends the time, in words. */
function whoIs({ functionName, url }) {
  if (functionName === collected) return 'collecting garbage'
  if (url.includes('eventsource-parser')) return 'the parser (`eventsource-parser`)'
  if (url.includes('/dist/')) return `\`${functionName || 'functions without a name'}\``
  return 'reading and decoding, in Node'
}

/** Parts of the whole time that was spent, by who spent it. */
async function profileOf(createConnection, sse, stream) {
  const { chunks, messages } = streams[stream](MESSAGES)
  const flood = () =>
    new Promise((resolve) => {
      const address = 'http://127.0.0.1:9/stream'
      const env = { fetch: async () => answer(chunks), baseUrl: address }
      const connection = createConnection({ transports: sse(address), env })
      let heard = 0
      connection.subscribe(() => {
        if (++heard < messages) return
        connection.close()
        resolve()
      })
    })
  await flood()
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  await session.post('Profiler.start')
  for (let time = 0; time < TIMES; time++) await flood()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  const spent = new Map()
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  let whole = 0
  for (const [nth, id] of profile.samples.entries()) {
    const frame = frames.get(id)
    if (/^\((idle|program|root)\)$/.test(frame.functionName)) continue
    whole += profile.timeDeltas[nth]
    spent.set(whoIs(frame), (spent.get(whoIs(frame)) ?? 0) + profile.timeDeltas[nth])
  }
  return new Map([...spent].map(([who, time]) => [who, (time / whole) * 100]))
}

export async function floodProfile() {
  const { createConnection, sse } = await import('../../dist/index.js')
  const profiles = []
  for (const stream of Object.values(shown)) profiles.push(await profileOf(createConnection, sse, stream))
  const last = profiles.at(-1)
  const listed = [...last].toSorted(([, one], [, other]) => other - one).slice(0, LISTED)
  const cell = (part) => `${Math.round(part)} %`
  const rest = profiles.map((profile) => 100 - listed.reduce((sum, [who]) => sum + (profile.get(who) ?? 0), 0))
  return table(
    ['of the time', ...Object.keys(shown)],
    [
      ...listed.map(([who]) => [who, ...profiles.map((profile) => cell(profile.get(who) ?? 0))]),
      ['all other functions', ...rest.map(cell)],
    ],
  )
}
