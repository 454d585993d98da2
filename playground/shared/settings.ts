import { type Format, isFormat } from './formats'
import { settingWords } from './words/chat'

/** What is chosen stands in the address: it survives a reload, and can be linked to. */
const read = (name: string): string | null => new URLSearchParams(location.search).get(name)

function write(name: string, value: string): void {
  const url = new URL(location.href)
  url.searchParams.set(name, value)
  history.replaceState(history.state, '', url)
}

const FORMATS = 'holdline.formats'
const KEPT = 40

type Kept = readonly (readonly [chat: string, format: Format])[]
const kept = (): Kept => JSON.parse(localStorage.getItem(FORMATS) ?? '[]') as Kept

/** An answer that is arriving goes on in the format in which it was asked for, wherever its conversation is opened again. */
export function readFormat(chat: string): Format {
  const own = kept().find(([id]) => id === chat)?.[1]
  const asked = read('format')
  return isFormat(own) ? own : isFormat(asked) ? asked : 'openai'
}

export const chooseFormat = (format: Format): void => write('format', format)

export function keepFormat(chat: string, format: Format): void {
  const others = kept().filter(([id]) => id !== chat)
  localStorage.setItem(FORMATS, JSON.stringify([[chat, format], ...others].slice(0, KEPT)))
}

export interface Speed {
  readonly value: string
  readonly label: string
}

const SPEEDS: readonly Speed[] = (['slow', 'normal', 'fast', 'flood'] as const).map((value) => ({
  value,
  label: settingWords[value],
}))

export const readSpeed = (): string => read('speed') ?? 'normal'
export const keepSpeed = (speed: string): void => write('speed', speed)

/** Those there are, and the one in the address. */
export function speedsWith(speed: string): readonly Speed[] {
  return SPEEDS.some(({ value }) => value === speed)
    ? SPEEDS
    : [...SPEEDS, { value: speed, label: settingWords.own(speed) }]
}

/** How long nothing may come before the page says so. `?stall=2000` says it itself. */
export const stallAfter = (speed: string): number => Number(read('stall') ?? (speed === 'slow' ? 2_000 : 10_000))
