// Comments over a picture, a thousand a second, shown in one of several ways.
import { createScene } from '../../playground/shared/danmakuScene.ts'
import { watchFrames } from './chat/stage.js'

const WORDS = [
  'What a view!',
  'Here it comes',
  '前方高能',
  '哈哈哈',
  'Full steam ahead',
  'wow',
  'Who else is here tonight?',
]
const COLOURS = ['#ffffff', '#ff7b72', '#ffe066', '#7ee787', '#8ab4ff']
/** How long a comment flies, in each of the ways. */
const CROSS_MS = 7_000

const commentOf = (n) => ({
  text: `${WORDS[n % WORDS.length]} ${n % 500}`,
  colour: COLOURS[n % COLOURS.length],
  place: n % 20 === 0 ? 'top' : 'roll',
})

/** The playground's scene. */
function scene(stage) {
  const canvas = document.createElement('canvas')
  canvas.style.cssText = 'width: 100%; height: 100%; display: block'
  stage.append(canvas)
  const made = createScene(canvas, { crossMs: CROSS_MS })
  return { add: made.add, shown: () => made.counts.shown }
}

/** What comes to mind first: an element for each comment, which the browser animates. All of them are shown. */
function elements(stage) {
  let shown = 0
  return {
    add({ text, colour }) {
      const span = document.createElement('span')
      span.textContent = text
      const top = (shown++ % 24) * 28
      span.style.cssText = `position: absolute; left: 100%; top: ${top}px; color: ${colour}; font: 600 20px sans-serif; white-space: nowrap; will-change: transform`
      stage.append(span)
      const flight = span.animate({ transform: ['none', 'translateX(-1700px)'] }, CROSS_MS)
      flight.onfinish = () => span.remove()
    },
    shown: () => shown,
  }
}

const ways = {
  'no comments': () => ({ add() {}, shown: () => 0 }),
  'the scene on a canvas': scene,
  'an element per comment': elements,
}

window.show = (way, perSecond, seconds) => {
  const stage = document.getElementById('root')
  stage.style.cssText =
    'position: relative; overflow: hidden; width: 1280px; max-width: none; height: 720px; background: #1b2350'
  const { add, shown } = ways[way](stage)
  let said = 0
  const began = performance.now()
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond)
    while (said < due) add(commentOf(said++))
  }, 10)
  // What is seen once the picture is full.
  return new Promise((done) => {
    setTimeout(() => {
      const before = { at: performance.now(), shown: shown() }
      const stop = watchFrames(() => {})
      setTimeout(() => {
        clearInterval(timer)
        const tookS = (performance.now() - before.at) / 1000
        const { frames, longest } = stop()
        done({ perSecond: frames / tookS, longest, shown: (shown() - before.shown) / tookS })
      }, seconds * 1000)
    }, CROSS_MS)
  })
}
