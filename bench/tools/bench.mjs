// The arguments of a tool call, read while they are being written.
import { load } from '../../scripts/lib/load.mjs'
import { deltasOf, shapes } from './shapes.mjs'

const FEW = 500
const MANY = 8_000
const LIMIT = 'JSON.parse once, at the end'

const { createPartialJson } = await load('src/chat/partialJson.ts')

/** Each is told a delta, and answers with what can be shown by now. */
const own = {
  holdline() {
    const reader = createPartialJson()
    return (delta) => {
      reader.write(delta)
      return reader.value()
    }
  },
  [LIMIT]() {
    let text = ''
    return (delta, isLast) => {
      text += delta
      return isLast ? JSON.parse(text) : undefined
    }
  },
}

/** The AI SDK keeps the text and reads all of it anew with each delta, as its hooks do (dist/index.mjs: parsePartialJson). */
async function peers() {
  const { parsePartialJson } = await import('ai')
  return {
    'ai (parsePartialJson)'() {
      let text = ''
      return async (delta) => {
        text += delta
        return (await parsePartialJson(text)).value
      }
    },
  }
}

/** Milliseconds per delta. What has been read is compared with what was meant. */
async function clock(create, shape, count) {
  const { deltas, meant } = deltasOf(shape, count)
  const read = create()
  let value
  const began = performance.now()
  for (let at = 0; at < deltas.length; at++) {
    const said = read(deltas[at], at === deltas.length - 1)
    value = said instanceof Promise ? await said : said
  }
  const took = performance.now() - began
  if (JSON.stringify(value) !== meant) throw new Error(`${shape}: what was read is not what was written`)
  return took / deltas.length
}

const names = { text: 'a long text', rows: 'a list of rows', keys: 'an object of many keys' }
const time = (shape, count) => ({
  id: `${shape}${count}`,
  title: `${names[shape]}, ${count.toLocaleString('en-US')} deltas`,
  unit: 'ms',
  kind: 'time',
  better: 'less',
  plot: count === MANY,
})
const growth = (shape) => ({
  id: `${shape}Growth`,
  title: 'growth',
  unit: '×',
  kind: 'ratio',
  better: 'less',
})

export default {
  id: 'tools',
  title: 'Arguments of a tool call',
  what: `What it costs to show the arguments of a tool call while a model writes them: the time per delta, with the value read after each one, in Node. (A chat of ours reads it once a frame, however many deltas have come.) Once as one long text, once as a list of rows, once as one flat object of many keys, each in ${FEW} and in ${MANY.toLocaleString('en-US')} deltas of ten characters. "Growth" is the time per delta of the long one over that of the short one: 1 is linear. The limit shows nothing until the end.`,
  ours: 'holdline',
  limit: LIMIT,
  rounds: 3,
  shortRounds: 2,
  goals: Object.keys(shapes).map((shape) => ({
    column: `${shape}Growth`,
    max: 2,
    text: `the cost of a delta does not grow with what has come before, ${names[shape]}`,
  })),
  async open({ only }) {
    const ownOnly = only?.every((name) => name in own)
    const all = { ...own, ...(ownOnly ? {} : await peers()) }
    return {
      contestants: Object.keys(all),
      columns: Object.keys(shapes).flatMap((shape) => [time(shape, FEW), time(shape, MANY), growth(shape)]),
      async measure(name, { round }) {
        const values = {}
        for (const shape of Object.keys(shapes)) {
          if (round === 0) await clock(all[name], shape, FEW)
          const [few, many] = [await best(all[name], shape, FEW, 5), await best(all[name], shape, MANY, 2)]
          values[`${shape}${FEW}`] = few
          values[`${shape}${MANY}`] = many
          if (name !== LIMIT) values[`${shape}Growth`] = many / few
        }
        return values
      },
    }
  },
}

async function best(create, shape, count, tries) {
  let least = Infinity
  // Who takes seconds for it is not asked again: noise is no longer what counts.
  for (let turn = 0; turn < tries && !(least * count > 1_000 && least < Infinity); turn++) {
    least = Math.min(least, await clock(create, shape, count))
  }
  return least
}
