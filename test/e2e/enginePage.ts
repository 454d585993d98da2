// What somebody does on a page, in an engine that can do no more than run functions in it.
import { expect } from 'vitest'
import type { EnginePage } from '../support/engines.ts'
import { soon } from './chatPage.ts'

/** Stands at the head of each page: notes what goes wrong, and how often the line is told to be broken. */
export function prepare(): void {
  const seen = { complaints: [] as string[], breaks: 0 }
  Object.assign(globalThis, { seen })
  addEventListener('error', ({ message }) => seen.complaints.push(message))
  addEventListener('unhandledrejection', ({ reason }) => seen.complaints.push(String(reason)))
  for (const level of ['error', 'warn'] as const) {
    console[level] = (...words: unknown[]) => void seen.complaints.push(words.map(String).join(' '))
  }
  new MutationObserver((changes) => {
    for (const { target } of changes)
      if (target instanceof HTMLElement && target.dataset['tone'] === 'warn') seen.breaks++
  }).observe(document, { subtree: true, attributeFilter: ['data-tone'] })
}

interface Seen {
  readonly seen: { readonly complaints: string[]; readonly breaks: number }
}

export const complaintsOf = (page: EnginePage): Promise<string[]> =>
  page.run(() => (globalThis as unknown as Seen).seen.complaints)

export const breaksSeen = (page: EnginePage): Promise<number> =>
  page.run(() => (globalThis as unknown as Seen).seen.breaks)

export const until = async (page: EnginePage, holds: () => boolean): Promise<void> => {
  await expect.poll(() => page.run(holds), soon).toBe(true)
}

/** Fills in a field and sends its form, once that can be done. */
export async function write(page: EnginePage, label: string, text: string): Promise<void> {
  const sent = (wanted: string, words: string): boolean => {
    const field = [...document.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>('textarea, input')].find(
      (one) => one.getAttribute('aria-label') === wanted,
    )
    const send = field?.form?.querySelector<HTMLButtonElement>('button[type=submit]')
    if (!field || !send) return false
    if (field.value !== words) {
      // React hears of it only where the element's own way of being set is used.
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set?.call(field, words)
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }
    if (send.disabled) return false
    send.click()
    return true
  }
  await expect.poll(() => page.run(sent, label, text), soon).toBe(true)
}

/** Presses a button, as soon as it is there and can be pressed. */
export async function press(page: EnginePage, name: string): Promise<void> {
  const pressed = (wanted: string): boolean => {
    const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === wanted)
    if (!button || button.disabled) return false
    button.click()
    return true
  }
  await expect.poll(() => page.run(pressed, name), soon).toBe(true)
}

/** Cuts this page's lines. */
export const cut = (page: EnginePage): Promise<void> => press(page, 'Cut the network')
