import { inject, onTestFinished } from 'vitest'
import type { Order, Report } from './control.ts'
import type { HeardOver, OpenRoom } from './place.ts'

/** Opens rooms on servers outside the page: over HTTP/1.1, or over TLS and HTTP/2. */
export const openRoomAt =
  (secure: boolean): OpenRoom<HeardOver> =>
  async (rig, { wire, ...wish } = {}) => {
    const line = new WebSocket(`${inject('origin').replace('http', 'ws')}/control`)
    onTestFinished(() => line.close())
    const order = (what: Order): void => line.send(JSON.stringify(what))
    const cursors: (string | undefined)[] = []
    const received: string[] = []
    const asked: HeardOver[] = []
    const settling = new Map<number, () => void>()
    let readers = 0
    let settles = 0

    const settled = (): Promise<void> =>
      new Promise((resolve) => {
        // A room that is closed has no more to tell.
        if (line.readyState !== line.OPEN) return resolve()
        settling.set(++settles, resolve)
        order({ settle: settles })
      })

    const url = await new Promise<string>((resolve, reject) => {
      line.addEventListener('open', () => {
        const { wire: kind, enveloped, holds } = rig
        const manners = { wire: kind, enveloped, holds }
        order({ open: { manners, wish, secure, ...(wire && { plan: wire.plan }) } })
      })
      line.addEventListener('close', ({ reason }) => reject(new Error(`No room: ${reason}`)))
      line.addEventListener('message', ({ data }: MessageEvent<string>) => {
        const report = JSON.parse(data) as Report
        cursors.push(...(report.cursors ?? []).map((cursor) => cursor ?? undefined))
        received.push(...(report.received ?? []))
        asked.push(...(report.asked ?? []).map((one) => ({ ...one, query: new URLSearchParams(one.query) })))
        readers = report.readers ?? readers
        if (report.settled !== undefined) settling.get(report.settled)?.()
        if (report.url !== undefined) resolve(report.url)
      })
    })

    return {
      url,
      cursors,
      received,
      get readers() {
        return readers
      },
      server: {
        asked,
        async close() {
          order({ close: true })
          await settled()
          line.close()
        },
      },
      say: (...data) => order({ say: data }),
      end: () => order({ end: true }),
      cut: () => order({ cut: true }),
      settled,
    }
  }
