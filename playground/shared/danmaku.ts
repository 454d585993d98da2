import { type ConnectionOptions, envelope, json, longPolling, type Message, polling, sse, webSocket } from 'holdline'
import { benched, credentialsOf } from './benchLine'
import type { Place } from './danmakuLanes'
import { me } from './room'
import type { Choice } from './transports'

/** What somebody has said. The key is the sender's own, and names it however often it is sent. */
export interface Remark {
  readonly key: string
  readonly from: string
  readonly text: string
  /** The number of a colour. */
  readonly colour: number
  readonly place: Place
  /** When it was said, in milliseconds since the epoch. */
  readonly at: number
}

export const palette = [
  { name: 'white', css: '#ffffff' },
  { name: 'red', css: '#ff7b72' },
  { name: 'orange', css: '#ffa657' },
  { name: 'yellow', css: '#ffe066' },
  { name: 'green', css: '#7ee787' },
  { name: 'cyan', css: '#63d2c6' },
  { name: 'blue', css: '#8ab4ff' },
  { name: 'pink', css: '#ff9bce' },
] as const

export const places = ['roll', 'top', 'bottom'] as const
export const rates = [0, 10, 100, 1_000] as const
export const densities = [
  { name: 'quarter', part: 0.25 },
  { name: 'half', part: 0.5 },
  { name: 'full', part: 1 },
] as const
export const sizes = [
  { name: 'small', px: 16 },
  { name: 'medium', px: 20 },
  { name: 'large', px: 26 },
] as const

export const MAX_TEXT = 60
/** Whose comments the server has made up. */
export const DEMO = 'demo'

const luck = (): string => Math.random().toString(36).slice(2)

/** Names this page's lines to the server, so that its faults meet nobody else. */
export const tag = `danmaku-${luck()}`

/** What has come is a remark, or the rate that somebody has ordered. */
export const danmakuOptions = (choice: Choice): ConnectionOptions<unknown> => {
  const url = `/api/danmaku?chat=${tag}`
  const common = { dialect: envelope(), headers: credentialsOf(tag) }
  const options = { ...common, sendUrl: url }
  const all = [
    webSocket(`/api/danmaku/ws?chat=${tag}`, common),
    sse(url, options),
    longPolling(url, options),
    polling(url, { ...options, everyMs: 1_000 }),
  ]
  return {
    ...benched,
    transports: choice === 'auto' ? all : all.filter(({ name }) => name === choice),
    decode: json<unknown>(),
    ids: 'ordered',
    backoff: { firstMs: 500, maxMs: 5_000 },
  }
}

/** Anybody may say anything in there. */
export function remarkIn({ data }: Message<unknown>): Remark | undefined {
  const remark = data as Partial<Remark> | null
  const isRemark =
    typeof remark === 'object' &&
    remark !== null &&
    [remark.key, remark.from, remark.text].every((word) => typeof word === 'string') &&
    typeof remark.at === 'number'
  if (!isRemark) return undefined
  const { key, from, text, at, colour, place } = remark as Remark
  return {
    key,
    from,
    text: text.replace(/\s+/g, ' ').slice(0, MAX_TEXT),
    at,
    // What is missing or makes no sense is white, and rolls.
    colour: palette[colour] ? colour : 0,
    place: places.includes(place) ? place : 'roll',
  }
}

export const remark = (text: string, colour: number, place: Place): Remark => ({
  key: luck() + luck(),
  from: me,
  text: text.trim().slice(0, MAX_TEXT),
  colour,
  place,
  at: Date.now(),
})

async function ask(init: RequestInit, query: string = ''): Promise<number> {
  const response = await fetch(`/api/danmaku/rate${query}`, init)
  if (!response.ok) throw new Error(`The server answered with HTTP status ${response.status}`)
  return ((await response.json()) as { readonly rate: number }).rate
}

export const askRate = (): Promise<number> => ask({})
/** Orders so many comments per second, for everybody. */
export const orderRate = (rate: number): Promise<number> => ask({ method: 'POST' }, `?rate=${rate}`)

/** Who asks for less motion gets a list and a still picture, unless he wants it otherwise. */
export const wantsStillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches
