// SSE bytes to messages in Chromium.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { launch } from '../browser/chromium.mjs'
import { documentOf, isolated } from '../browser/pages.mjs'
import { bundle, definition, measuring, what } from './definition.mjs'

const COUNT = 50_000
const SHORT = 20_000

export default {
  ...definition,
  id: 'sse',
  title: 'SSE bytes to messages, in Chromium',
  what: what('Chromium', COUNT),
  rounds: 5,
  shortRounds: 2,
  async open({ short, only }) {
    const document = documentOf(await bundle('browser', only))
    const server = createServer((_, response) => response.writeHead(200, isolated).end(document))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const chromium = await launch()
    const page = await chromium.open(`http://127.0.0.1:${server.address().port}/`)
    const names = await page.evaluate('sseNames')
    return {
      ...measuring(names, (...given) => page.call('sseClock', ...given), short ? SHORT : COUNT),
      async close() {
        await chromium.close()
        server.close()
      },
    }
  },
}
