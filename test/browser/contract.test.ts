import { describe } from 'vitest'
import { fallback } from '../contract/fallback.cases.ts'
import { faults } from '../contract/faults.cases.ts'
import { lifecycle } from '../contract/lifecycle.cases.ts'
import { refusals, unseenRefusals } from '../contract/refusals.cases.ts'
import { engine, places, rigsIn } from '../support/places.ts'

describe.each(places)('$place', (place) => {
  const { secure, openRoom } = place
  // WebKitGTK notices only by its silence that a line over TLS was cut; Firefox lets a WebSocket wait for seconds then.
  const all = !secure || engine === 'chromium'
  describe.each(rigsIn(place))('$name', (rig) => {
    lifecycle(rig, openRoom)
    if (!all) return
    faults(rig, openRoom)
    if (rig.wire === 'frames' || rig.name.startsWith('eventSource')) unseenRefusals(rig, openRoom)
    else refusals(rig, openRoom)
  })
  if (all) fallback(openRoom)
})
