import type { AttemptNote, Sign } from '../connection/notes.js'
import { draw } from './dom.js'
import { fateOf, spanOf, tellAttempt } from './describe.js'
import type { Material } from './material.js'
import type { Words } from './words.js'

/** Which time is shown: so much of it, up to then. */
export interface Range {
  readonly spanMs: number
  readonly endMs: number
}

const LANE = 46
const BAR = { y: 17, height: 11 }
const AXIS = 18
const TICKS = 4
/** Below the bar: messages, and under them what else came. */
const MARKS: Readonly<Partial<Record<Sign['type'], readonly [y: number, height: number]>>> = {
  message: [30, 6],
  life: [38, 4],
}
/** A code of that many characters has room in a bar so wide. */
const CHAR_PX = 6.2
/** What nobody can see is not drawn. */
const MOST_BARS = 300

/** The attempts of each transport over time, with what came over them; what is lost stands across. */
export function drawTimeline(material: Material, range: Range, width: number, words: Words): readonly SVGElement[] {
  const { spanMs, endMs } = range
  const startMs = endMs - spanMs
  const at = (ms: number): number => ((ms - startMs) / spanMs) * width
  const within = (ms: number): boolean => ms >= startMs && ms <= endMs
  const bars = material.attempts
    .filter(({ startedAtMs, endedAtMs = endMs }) => startedAtMs <= endMs && endedAtMs >= startMs)
    .slice(-MOST_BARS)
  const lanes = [...new Set(bars.map(({ transport }) => transport))]
  const laneOf = new Map(bars.map(({ line, attempt, transport }) => [`${line} ${attempt}`, lanes.indexOf(transport)]))
  const height = Math.max(1, lanes.length) * LANE

  const bar = (one: AttemptNote): SVGElement => {
    const { startedAtMs, openedAtMs, endedAtMs = endMs, transport, code = '' } = one
    const left = Math.max(0, at(startedAtMs))
    const right = Math.min(width, at(endedAtMs))
    const y = lanes.indexOf(transport) * LANE + BAR.y
    const long = Math.max(2, right - left)
    const agreed = Math.min(right, Math.max(left, openedAtMs === undefined ? right : at(openedAtMs)))
    const label = code.length * CHAR_PX + 6 < long ? [draw('text', { x: left + 4, y: y + 9, class: 'code' }, code)] : []
    return draw(
      'g',
      { class: 'bar', 'data-fate': fateOf(one), 'data-attempt': one.attempt },
      draw('title', {}, tellAttempt(one, endMs, words)),
      draw('rect', { x: left, y, width: long, height: BAR.height, rx: 2 }),
      draw('rect', { x: left, y, width: Math.max(0, agreed - left), height: BAR.height, rx: 2, class: 'dial' }),
      ...label,
    )
  }

  /** One path for all marks of a kind: thousands of them cost no more than one. */
  const marks = (type: Sign['type'], [y, long]: readonly [number, number]): SVGElement => {
    const columns = new Set<string>()
    for (const sign of material.signs) {
      const lane = laneOf.get(`${sign.line} ${sign.attempt}`)
      if (sign.type !== type || lane === undefined || !within(sign.atMs)) continue
      columns.add(`M${Math.round(at(sign.atMs))} ${lane * LANE + y}v${long}`)
    }
    return draw('path', { d: [...columns].join(''), class: type })
  }

  const losses = [
    ...material.entries.flatMap(({ event, world }) => (event.type === 'gap' ? [[world.now, words.gaps] as const] : [])),
    ...material.signs.flatMap(({ type, atMs }) => (type === 'fault' ? [[atMs, words.faults] as const] : [])),
  ].filter(([ms]) => within(ms))

  return [
    ...Array.from({ length: TICKS }, (_, tick) => {
      const x = (width * (tick + 1)) / TICKS
      const ago = spanMs - (spanMs * (tick + 1)) / TICKS
      return draw(
        'g',
        { class: 'axis' },
        draw('path', { d: `M${x} 0v${height}` }),
        draw('text', { x: x - 3, y: height + 13, 'text-anchor': 'end' }, ago === 0 ? '0' : `−${spanOf(ago)}`),
      )
    }),
    ...lanes.map((lane, index) => draw('text', { x: 2, y: index * LANE + 12, class: 'lane' }, lane || '–')),
    ...bars.map(bar),
    ...Object.entries(MARKS).map(([type, place]) => marks(type as Sign['type'], place)),
    ...losses.map(([ms, name]) =>
      draw('path', { d: `M${at(ms)} 0v${height}`, class: 'loss' }, draw('title', {}, name)),
    ),
  ]
}

export const heightOf = ({ attempts }: Material, { spanMs, endMs }: Range): number => {
  const seen = attempts.filter(
    ({ startedAtMs, endedAtMs = endMs }) => startedAtMs <= endMs && endedAtMs >= endMs - spanMs,
  )
  return Math.max(1, new Set(seen.map(({ transport }) => transport)).size) * LANE + AXIS
}
