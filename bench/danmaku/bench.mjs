import { createServer } from 'node:http'
import { once } from 'node:events'
import { launch } from '../browser/chromium.mjs'
import { bundlePage, documentOf, isolated } from '../browser/pages.mjs'

const PER_SECOND = 1_000

export default {
  id: 'danmaku',
  title: 'A thousand comments a second over a picture',
  what: `The scene of the playground's danmaku page, on a canvas of 1280 × 720 pixels, gets ${PER_SECOND.toLocaleString('en')} comments a second, from within the page: how many frames a second Chromium shows once the picture is full, and the longest time between two of them. The scene shows as many comments as have room without touching each other, and drops the rest; the element per comment shows them all, one over the other, so the two do not do the same work. A page that shows none is the limit. Chromium runs without a graphics card here: with one there is more time in each frame.`,
  ours: 'the scene on a canvas',
  limit: 'no comments',
  rounds: 2,
  shortRounds: 1,
  goals: [
    { column: 'frames', min: 55, text: '55 frames a second at 1,000 comments a second' },
    { column: 'longest', max: 50, text: 'no frame takes longer than 50 ms' },
  ],
  async open({ short }) {
    const page = documentOf(await bundlePage('danmaku.js'))
    const server = createServer((_request, response) => response.writeHead(200, isolated).end(page))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const browser = await launch({ width: 1300, height: 800 })

    return {
      contestants: ['no comments', 'the scene on a canvas', 'an element per comment'],
      columns: [
        { id: 'frames', title: 'frames a second', unit: '', kind: 'time', better: 'more' },
        { id: 'longest', title: 'longest frame', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'cpu', title: 'main thread', unit: 'ms per s', kind: 'time', better: 'less' },
        { id: 'shown', title: 'comments shown a second', unit: '', kind: 'time', better: 'more' },
      ],
      async measure(way) {
        const opened = await browser.open(`http://127.0.0.1:${server.address().port}`)
        try {
          const before = performance.now()
          const { cpuMs } = await opened.spent()
          const { perSecond, longest, shown } = await opened.call('show', way, PER_SECOND, short ? 3 : 8)
          const after = await opened.spent()
          const cpu = (after.cpuMs - cpuMs) / ((performance.now() - before) / 1000)
          return { frames: perSecond, longest, cpu, shown }
        } finally {
          await opened.close()
        }
      },
      async close() {
        await browser.close()
        server.closeAllConnections()
        server.close()
      },
    }
  },
}
