import type { Env } from '../transports/env.js'
import type { Event } from './conduct.js'

/** Tells a connection what happens to its page, for as long as the connection is in use. */
export function watchSurroundings({ online, visible, parked }: Env, dispatch: (event: Event) => void): () => void {
  const whenTrue = (get: () => boolean) => () => {
    if (get()) dispatch({ type: 'wake' })
  }
  const leave = [
    online.subscribe(whenTrue(online.get)),
    visible.subscribe(whenTrue(visible.get)),
    parked.subscribe(() => dispatch({ type: parked.get() ? 'park' : 'unpark' })),
  ]
  return () => leave.forEach((forget) => forget())
}
