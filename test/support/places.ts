import { server } from 'vitest/browser'
import type { Rig } from '../contract/rigs.ts'
import { pageRigs } from './pageRigs.ts'
import type { HeardOver, OpenRoom } from './place.ts'
import { openRoomAt } from './remote.ts'

/** Where the rooms of a page's tests are. */
export interface PagePlace {
  readonly place: string
  readonly secure: boolean
  readonly openRoom: OpenRoom<HeardOver>
}

/** Both kinds of server; a room's address says which. */
export const places: readonly PagePlace[] = [
  { place: 'over HTTP/1.1', secure: false, openRoom: openRoomAt(false) },
  { place: 'over TLS and HTTP/2', secure: true, openRoom: openRoomAt(true) },
]

/** What a page runs in a place: over TLS one dialect is enough, since headers and bodies are the same there. */
export const rigsIn = ({ secure }: PagePlace): readonly Rig[] =>
  pageRigs.filter(({ enveloped }) => enveloped || !secure)

/** Whose page this is: `chromium`, `firefox` or `webkit`. */
export const engine: string = server.browser
