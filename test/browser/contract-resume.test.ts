import { describe } from 'vitest'
import { resume } from '../contract/resume.cases.ts'
import { engine, places, rigsIn } from '../support/places.ts'

const wanted = places.filter(({ secure }) => !secure || engine === 'chromium')

describe.each(wanted)('$place', (place) => {
  // A line over TLS begins with the handshake; its answers come in records that a cut spoils as a whole.
  const cuts = place.secure ? { from: 100, to: 2500, step: 300, throws: 2 } : { from: 90, to: 600, step: 51, throws: 2 }
  const rigs = rigsIn(place).filter(({ resumes }) => resumes)
  describe.each(rigs)('$name', (rig) => resume(rig, place.openRoom, cuts))
})
