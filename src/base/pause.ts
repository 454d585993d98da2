import type { Clock } from './clock.js'

/** Resolves after `ms`, or at once when `signal` fires. Never rejects: look at the signal. */
export function pause(ms: number, { after }: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const wake = (): void => {
      forget()
      signal.removeEventListener('abort', wake)
      resume()
    }
    const forget = after(signal.aborted ? 0 : ms, wake)
    signal.addEventListener('abort', wake)
  })
}
