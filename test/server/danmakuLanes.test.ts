import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLanes, type OnLane, type Place } from '../../playground/shared/danmakuLanes.ts'

interface Flyer extends OnLane {
  readonly place: Place
  readonly middle: number
}

const arrivals = fc.array(
  fc.record({
    width: fc.integer({ min: 10, max: 900 }),
    place: fc.constantFrom<Place>('roll', 'roll', 'roll', 'top', 'bottom'),
    /** How far all others fly until it comes. */
    before: fc.integer({ min: 0, max: 120 }),
  }),
  { maxLength: 200 },
)

test('no two comments ever touch, whatever comes when', () => {
  fc.assert(
    fc.property(arrivals, fc.constantFrom(0.25, 0.5, 1), (comments, density) => {
      const width = 640
      const lanes = createLanes<OnLane>(width, 360, 28, density)
      let flying: Flyer[] = []
      for (const { width: own, place, before } of comments) {
        for (const flyer of flying) if (flyer.place === 'roll') flyer.x -= before
        const gone = flying.filter((flyer) => flyer.x + flyer.width <= 0)
        for (const flyer of gone) lanes.leave(flyer)
        flying = flying.filter((flyer) => !gone.includes(flyer))

        const flyer = { x: place === 'roll' ? width : (width - own) / 2, width: own, place, middle: 0 }
        const middle = lanes.take(flyer, place)
        if (middle !== undefined) flying.push(Object.assign(flyer, { middle }))
        for (const one of flying) {
          const touched = flying.filter(
            (other) =>
              other !== one &&
              other.middle === one.middle &&
              other.x < one.x + one.width &&
              one.x < other.x + other.width,
          )
          if (touched.length > 0) return false
        }
      }
      return true
    }),
  )
})

test('what stands is above or below, and the lanes are as many as the part that is wanted', () => {
  const lanes = createLanes<OnLane>(1_000, 400, 40, 1)
  const put = (place: Place): number | undefined => lanes.take({ x: 0, width: 100 }, place)
  expect([put('top'), put('top'), put('top')]).toEqual([20, 60, undefined])
  expect([put('bottom'), put('bottom'), put('bottom')]).toEqual([380, 340, undefined])
  expect(lanes.rolling).toBe(6)
  expect(createLanes(1_000, 400, 40, 0.5).rolling).toBe(3)
})

test('a lane is free again when its comment has left', () => {
  const lanes = createLanes<OnLane>(500, 100, 40, 1)
  const first = { x: 500, width: 100 }
  expect(lanes.take(first, 'roll')).toBe(50)
  expect(lanes.take({ x: 500, width: 10 }, 'roll')).toBeUndefined()
  lanes.leave(first)
  expect(lanes.take({ x: 500, width: 10 }, 'roll')).toBe(50)
})
