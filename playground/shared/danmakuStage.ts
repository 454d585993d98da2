/** The film that the comments fly over: a train at night. Drawn here, so that nothing has to be loaded. */
export interface Stage {
  pause(on: boolean): void
  dispose(): void
}

/** A film has no more pictures, and this one is not what is looked at. */
const PICTURES_PER_SECOND = 24
const SKY = ['#0b1030', '#1b2350', '#3d3a6e', '#8a5a78'] as const
const WARM = '#ffd48a'

type Pen = CanvasRenderingContext2D

/** The same luck in each run. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

function picture(width: number, height: number, draw: (pen: Pen) => void): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.ceil(width))
  canvas.height = Math.max(1, Math.ceil(height))
  draw(canvas.getContext('2d')!)
  return canvas
}

/** What never moves: the sky with its stars, and the moon. */
const skyOf = (width: number, height: number): HTMLCanvasElement =>
  picture(width, height, (pen) => {
    const sky = pen.createLinearGradient(0, 0, 0, height)
    SKY.forEach((colour, index) => sky.addColorStop(index / (SKY.length - 1), colour))
    pen.fillStyle = sky
    pen.fillRect(0, 0, width, height)
    const luck = dice(7)
    for (let star = 0; star < 160; star++) {
      pen.globalAlpha = 0.25 + 0.75 * luck()
      pen.fillStyle = '#ffffff'
      const size = luck() < 0.12 ? 2 : 1
      pen.fillRect(luck() * width, luck() * height * 0.6, size, size)
    }
    pen.globalAlpha = 1
    const [x, y, radius] = [width * 0.78, height * 0.24, height * 0.085]
    const glow = pen.createRadialGradient(x, y, radius * 0.6, x, y, radius * 4)
    glow.addColorStop(0, 'rgb(255 244 214 / 45%)')
    glow.addColorStop(1, 'rgb(255 244 214 / 0%)')
    pen.fillStyle = glow
    pen.fillRect(0, 0, width, height)
    pen.fillStyle = '#fff4d6'
    pen.beginPath()
    pen.arc(x, y, radius, 0, 2 * Math.PI)
    pen.fill()
  })

/** Hills that go on seamlessly when they are laid side by side. */
const hillsOf = (width: number, height: number, base: number, rise: number, colour: string): HTMLCanvasElement =>
  picture(width, height, (pen) => {
    pen.fillStyle = colour
    pen.beginPath()
    pen.moveTo(0, height)
    for (let x = 0; x <= width; x += 4) {
      const turn = (2 * Math.PI * x) / width
      const wave = 0.5 * Math.sin(turn * 2 + base * 9) + 0.3 * Math.sin(turn * 5 + 1) + 0.2 * Math.sin(turn * 9 + 2)
      pen.lineTo(x, height * base - rise * height * wave)
    }
    pen.lineTo(width, height)
    pen.fill()
  })

/** The viaduct: arches, side by side. */
const archesOf = (arch: number, height: number, count: number): HTMLCanvasElement =>
  picture(arch * count, height, (pen) => {
    pen.fillStyle = '#141229'
    pen.fillRect(0, 0, arch * count, height)
    pen.globalCompositeOperation = 'destination-out'
    for (let index = 0; index < count; index++) {
      const middle = (index + 0.5) * arch
      pen.beginPath()
      pen.arc(middle, height * 0.52, arch * 0.38, Math.PI, 0)
      pen.rect(middle - arch * 0.38, height * 0.52, arch * 0.76, height)
      pen.fill()
    }
  })

const trainOf = (size: number): HTMLCanvasElement =>
  picture(size * 15, size * 1.6, (pen) => {
    const luck = dice(3)
    const floor = size * 1.4
    for (let car = 0; car < 4; car++) {
      const left = car * size * 2.75
      pen.fillStyle = '#23264d'
      pen.beginPath()
      pen.roundRect(left, floor - size * 1.05, size * 2.6, size * 0.9, size * 0.12)
      pen.fill()
      pen.fillStyle = '#3a3f78'
      pen.fillRect(left + size * 0.05, floor - size * 0.42, size * 2.5, size * 0.06)
      for (let pane = 0; pane < 6; pane++) {
        pen.fillStyle = luck() < 0.2 ? '#5a5585' : WARM
        pen.fillRect(left + size * (0.16 + pane * 0.4), floor - size * 0.86, size * 0.27, size * 0.34)
      }
    }
    const engine = size * 11
    pen.fillStyle = '#1b1d3d'
    pen.beginPath()
    pen.roundRect(engine, floor - size * 1.25, size * 0.95, size * 1.1, size * 0.08)
    pen.roundRect(engine + size * 0.8, floor - size * 0.95, size * 2.1, size * 0.72, size * 0.3)
    pen.rect(engine + size * 2.2, floor - size * 1.4, size * 0.3, size * 0.6)
    pen.fill()
    pen.fillStyle = WARM
    pen.fillRect(engine + size * 0.25, floor - size * 1.05, size * 0.42, size * 0.32)
    pen.fillStyle = '#0d0e22'
    for (let wheel = 0; wheel < 36; wheel++) {
      pen.beginPath()
      pen.arc(size * (0.3 + wheel * 0.385), floor, size * 0.12, 0, 2 * Math.PI)
      pen.fill()
    }
  })

/** Draws the film until it is disposed of; `still` draws one picture of it. */
export function createStage(canvas: HTMLCanvasElement, still: boolean): Stage {
  const pen = canvas.getContext('2d', { alpha: false })!
  let paused = still
  let asked = 0
  let drawnAt = -Infinity
  /** How far the film is, in milliseconds. */
  let at = 20_000
  let paint = (): void => {}

  function measure(): void {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight]
    if (width === 0 || height === 0) return
    canvas.width = width
    canvas.height = height
    const size = Math.min(width / 21, height / 9)
    const arch = size * 3.2
    const rail = height * 0.74
    const sky = skyOf(width, height)
    const far = hillsOf(width, height, 0.66, 0.13, '#2a2a5c')
    const near = hillsOf(width, height, 0.8, 0.1, '#1c1c42')
    const arches = archesOf(arch, height - rail, Math.ceil(width / arch) + 1)
    const bushes = hillsOf(width, height, 0.985, 0.05, '#0a0a1c')
    const train = trainOf(size)

    const roll = (image: HTMLCanvasElement, pixelsPerSecond: number): void => {
      const x = -Math.round(((at / 1000) * pixelsPerSecond) % width)
      pen.drawImage(image, x, 0)
      pen.drawImage(image, x + width, 0)
    }
    paint = () => {
      const shake = Math.round(Math.sin(at / 90))
      const left = Math.round(width * 0.14)
      const top = Math.round(rail - size * 1.5)
      pen.drawImage(sky, 0, 0)
      roll(far, width / 90)
      roll(near, width / 30)
      for (let puff = 0; puff < 7; puff++) {
        const age = (at / 2_600 + puff / 7) % 1
        pen.fillStyle = `rgb(226 224 240 / ${(0.2 * (1 - age)).toFixed(3)})`
        pen.beginPath()
        pen.arc(left + size * (13.3 - 9 * age), top - size * (0.1 + 1.5 * age), size * (0.16 + age), 0, 2 * Math.PI)
        pen.fill()
      }
      const beam = pen.createLinearGradient(left + size * 13.8, 0, left + size * 19, 0)
      beam.addColorStop(0, 'rgb(255 232 170 / 55%)')
      beam.addColorStop(1, 'rgb(255 232 170 / 0%)')
      pen.fillStyle = beam
      pen.beginPath()
      pen.moveTo(left + size * 13.85, rail - size * 0.65)
      pen.lineTo(left + size * 19, rail - size * 1.3)
      pen.lineTo(left + size * 19, rail)
      pen.fill()
      pen.drawImage(arches, -Math.round(((at / 1000) * size * 5) % arch), Math.round(rail))
      pen.drawImage(train, left, top + shake)
      roll(bushes, width / 3)
    }
    paint()
  }

  function frame(now: number): void {
    asked = requestAnimationFrame(frame)
    if (now - drawnAt < 1000 / PICTURES_PER_SECOND - 4) return
    at += Math.min(200, now - drawnAt)
    drawnAt = now
    paint()
  }

  function run(): void {
    cancelAnimationFrame(asked)
    if (!paused) asked = requestAnimationFrame(frame)
  }

  measure()
  const observer = new ResizeObserver(() => {
    if (canvas.clientWidth !== canvas.width || canvas.clientHeight !== canvas.height) measure()
  })
  observer.observe(canvas)
  run()

  return {
    pause(on) {
      paused = on || still
      drawnAt = performance.now()
      run()
    },
    dispose() {
      cancelAnimationFrame(asked)
      observer.disconnect()
    },
  }
}
