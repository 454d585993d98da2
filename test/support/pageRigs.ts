import { envelope, eventSource } from '../../src/index.ts'
import { type Rig, rigs } from '../contract/rigs.ts'

/** What the transports over fetch do, as the browser's own EventSource does it. */
const like = (name: string): Rig => rigs.find((rig) => rig.name === name) as Rig

/** Every transport that runs in a page: those of Node, and the native one. */
export const pageRigs: readonly Rig[] = [
  ...rigs,
  // It sees neither a status nor that there is nothing more: 204 looks like a drop.
  { ...like('sse'), name: 'eventSource', transport: (url) => eventSource(url), finishes: false },
  {
    ...like('sse in envelopes'),
    name: 'eventSource in envelopes',
    transport: (url) => eventSource(url, { dialect: envelope() }),
  },
]
