import { createLanes, type Lanes, type OnLane, type Place } from './danmakuLanes'
import { createPace } from './danmakuPace'
import { createSprites, type Sprite, type Sprites } from './danmakuSprites'

/** What flies over the picture. */
export interface Flying {
  readonly text: string
  /** A CSS colour. */
  readonly colour: string
  readonly place: Place
  /** Outlined, and never dropped. */
  readonly own?: boolean | undefined
}

export interface SceneOptions {
  /** How long a comment rolls from edge to edge at most, in milliseconds. @defaultValue 7000 */
  readonly crossMs: number
  /** How long one stands above or below, in milliseconds. @defaultValue 4000 */
  readonly standMs: number
  /** @defaultValue 20 */
  readonly fontPx: number
  /** The part of the lanes that is used, from above. @defaultValue 1 */
  readonly density: number
  /** From 0 to 1. @defaultValue 1 */
  readonly opacity: number
}

/** What became of all that was added. */
export interface SceneCounts {
  readonly shown: number
  /** There was no free lane for them. */
  readonly dropped: number
  /** They came while the scene was paused, or nobody could see it. */
  readonly passed: number
  /** In the air now. */
  readonly flying: number
}

export interface Scene {
  add(comment: Flying): void
  set(options: Partial<SceneOptions>): void
  /** Everything stands still, and what comes meanwhile passes unseen. */
  pause(on: boolean): void
  /** Takes away what flies and what waits. */
  clear(): void
  readonly counts: SceneCounts
  /** Over the last second. */
  pace(): { readonly perSecond: number; readonly longestMs: number }
  dispose(): void
}

/** One comment in the air; the objects are used again and again. */
interface Flyer extends OnLane {
  sprite: Sprite
  width: number
  y: number
  place: Place
  leftMs: number
}

const USUAL: SceneOptions = { crossMs: 7_000, standMs: 4_000, fontPx: 20, density: 1, opacity: 1 }
/** How many wait for a free lane: as many as two moments' worth, so that nothing shown is old. */
const WAITING_PER_LANE = 2
/** How high a lane is. */
const LANE_PER_LETTER = 1.4
/** How much faster everything flies where there is no room for all, and how long it takes to get there. */
const MAX_HASTE = 2
const HASTEN_MS = 1_500
/** On a narrow screen one that took as long would be in the way of all others. */
const MIN_PX_PER_MS = 0.1
/** For how long it counts as crowded behind one that was dropped. */
const CROWDED_MS = 500
/** After a frame that took longer nothing leaps. */
const MAX_STEP_MS = 100
/** Screens have up to three pixels for one of the page; more than two are not seen in flight. */
const MAX_RATIO = 2

/**
 * Lets comments fly over a picture, in lanes and without collisions. What finds no lane in time is dropped and counted:
 * however many come, a frame costs only what fits on the screen.
 *
 * @example
 * const scene = createScene(document.querySelector('canvas')!)
 * scene.add({ text: 'What a view!', colour: '#ffffff', place: 'roll' })
 */
export function createScene(canvas: HTMLCanvasElement, options: Partial<SceneOptions> = {}): Scene {
  const pen = canvas.getContext('2d')!
  const pace = createPace()
  const counts = { shown: 0, dropped: 0, passed: 0 }
  const waiting: Flying[] = []
  const spare: Flyer[] = []
  let set: SceneOptions = { ...USUAL, ...options }
  let flyers: Flyer[] = []
  let width = 0
  let height = 0
  let ratio = 1
  let lanes: Lanes<Flyer>
  let sprites: Sprites
  let paused = false
  let haste = 1
  let crowdedMs = 0
  let asked = 0
  let before: number | undefined

  const isStill = (): boolean => paused || document.hidden

  function measure(): void {
    ratio = Math.min(MAX_RATIO, devicePixelRatio)
    width = canvas.clientWidth
    height = canvas.clientHeight
    canvas.width = Math.max(1, Math.round(width * ratio))
    canvas.height = Math.max(1, Math.round(height * ratio))
    layOut()
  }

  /** New lanes; what is on the old ones has to go, or it would be in the way. */
  function layOut(): void {
    lanes = createLanes(width, height, set.fontPx * LANE_PER_LETTER, set.density)
    sprites = createSprites(set.fontPx, ratio)
    spare.push(...flyers)
    flyers = []
    draw()
  }

  function admit(): void {
    const full = new Set<Place>()
    let kept = 0
    for (const comment of waiting) {
      if (!full.has(comment.place) && launch(comment)) continue
      full.add(comment.place)
      waiting[kept++] = comment
    }
    waiting.length = kept
  }

  function launch({ text, colour, place, own = false }: Flying): boolean {
    const sprite = sprites.of(text, colour, own)
    const flyer = spare.pop() ?? { sprite, width: 0, x: 0, y: 0, place, leftMs: 0 }
    flyer.sprite = sprite
    flyer.width = sprite.width
    flyer.x = place === 'roll' ? width : (width - sprite.width) / 2
    flyer.place = place
    flyer.leftMs = set.standMs
    const middle = lanes.take(flyer, place)
    if (middle === undefined) {
      spare.push(flyer)
      return false
    }
    flyer.y = middle - sprite.height / 2
    flyers.push(flyer)
    counts.shown += 1
    return true
  }

  function move(ms: number): void {
    // All at once, or one would catch up with another.
    haste += ((crowdedMs > 0 ? MAX_HASTE : 1) - haste) * Math.min(1, ms / HASTEN_MS)
    crowdedMs -= ms
    const step = Math.max(MIN_PX_PER_MS, width / set.crossMs) * ms * haste
    let kept = 0
    for (const flyer of flyers) {
      if (flyer.place === 'roll') flyer.x -= step
      else flyer.leftMs -= ms * haste
      if (flyer.x + flyer.width > 0 && flyer.leftMs > 0) flyers[kept++] = flyer
      else {
        lanes.leave(flyer)
        spare.push(flyer)
      }
    }
    flyers.length = kept
  }

  function draw(): void {
    pen.clearRect(0, 0, canvas.width, canvas.height)
    // On whole pixels of the screen: a picture between two of them is blurred, and costs several times as much.
    for (const { sprite, x, y } of flyers) pen.drawImage(sprite.image, Math.round(x * ratio), Math.round(y * ratio))
  }

  function frame(now: number): void {
    asked = requestAnimationFrame(frame)
    pace.frame(now)
    move(Math.min(MAX_STEP_MS, now - (before ?? now)))
    before = now
    admit()
    draw()
  }

  function run(): void {
    cancelAnimationFrame(asked)
    pace.rest()
    before = undefined
    if (!isStill()) asked = requestAnimationFrame(frame)
  }

  canvas.style.opacity = String(set.opacity)
  measure()
  const observer = new ResizeObserver(() => {
    if (canvas.clientWidth !== width || canvas.clientHeight !== height) measure()
  })
  observer.observe(canvas)
  document.addEventListener('visibilitychange', run)
  run()

  return {
    add(comment) {
      if (isStill()) {
        counts.passed += 1
        return
      }
      if (comment.own) waiting.unshift(comment)
      else waiting.push(comment)
      if (waiting.length <= WAITING_PER_LANE * lanes.rolling) return
      const oldest = waiting.findIndex(({ own }) => !own)
      if (oldest < 0) return
      waiting.splice(oldest, 1)
      counts.dropped += 1
      crowdedMs = CROWDED_MS
    },
    set(next) {
      const old = set
      set = { ...set, ...next }
      canvas.style.opacity = String(set.opacity)
      if (set.fontPx !== old.fontPx || set.density !== old.density) layOut()
    },
    pause(on) {
      if (paused === on) return
      paused = on
      run()
    },
    clear() {
      counts.dropped += waiting.splice(0).length
      for (const flyer of flyers) lanes.leave(flyer)
      spare.push(...flyers.splice(0))
      draw()
    },
    get counts() {
      return { ...counts, flying: flyers.length }
    },
    pace: () => pace.at(performance.now()),
    dispose() {
      cancelAnimationFrame(asked)
      observer.disconnect()
      document.removeEventListener('visibilitychange', run)
    },
  }
}
