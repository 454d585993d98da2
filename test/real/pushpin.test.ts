import { afterAll, beforeAll, expect, test } from 'vitest'
import { envelope, longPolling, sse, type Transport, webSocket } from 'holdline'
import { eventually, hold } from '../contract/listen.ts'
import { layCable } from './cable.ts'
import { type Pushpin, startPushpin } from './pushpin.ts'
import { withServers } from './withServers.ts'

const dialect = envelope()
const ways: Record<string, (port: number, channel: string) => Transport> = {
  sse: (port, channel) => sse(`http://127.0.0.1:${port}/live?channel=${channel}`),
  longPolling: (port, channel) => longPolling(`http://127.0.0.1:${port}/live/poll?channel=${channel}`, { dialect }),
  webSocket: (port, channel) => webSocket(`ws://127.0.0.1:${port}/live/ws?channel=${channel}`, { dialect }),
}

const texts = Array.from({ length: 20 }, (_, at) => `${at + 1}: 第一行\n${'·'.repeat(at)}`)

withServers('pushpin', 'condure', 'zurl')('Pushpin', { timeout: 30_000 }, () => {
  let pushpin: Pushpin
  beforeAll(async () => {
    pushpin = await startPushpin()
  })
  afterAll(() => pushpin?.stop())

  for (const [name, listen] of Object.entries(ways)) {
    test(`${name} hears what is published through Pushpin, in order`, async () => {
      const channel = `${name}-whole`
      const { data, reach } = hold({ transports: listen(pushpin.port, channel) })
      await reach('open')
      await pushpin.say(channel, ...texts)
      await eventually(() => expect(data).toEqual(texts))
    })

    test(`${name} loses and doubles nothing when its line to Pushpin is cut`, async () => {
      const channel = `${name}-cut`
      const cable = await layCable(pushpin.port)
      const { data, gaps, connection, reach } = hold({ transports: listen(cable.port, channel) })
      await reach('open')
      // As the documents have it: a message that overtakes those behind the cursor shows by its `prev`.
      connection.gaps.subscribe(({ reason }) => reason === 'skipped' && connection.reconnect())
      for (const [at, text] of texts.entries()) {
        if (at % 7 === 5) cable.cut()
        await pushpin.say(channel, text)
        if (at % 7 === 4) await eventually(() => expect(data).toEqual(texts.slice(0, at + 1)))
      }
      await eventually(() => expect(data).toEqual(texts))
      expect(gaps.filter(({ reason }) => reason === 'lost')).toEqual([])
      expect(cable.calls).toBeGreaterThan(2)
    })
  }

  test('a fallback from WebSocket to long polling takes the cursor along', async () => {
    const channel = 'fallback'
    const cable = await layCable(pushpin.port)
    const transports = [ways.webSocket!(cable.port, channel), ways.longPolling!(pushpin.port, channel)]
    const { data, connection } = hold({ transports, upgradeAfterMs: Infinity })
    await pushpin.say(channel, 'one')
    await eventually(() => expect(data).toEqual(['one']))
    cable.lead(undefined)
    cable.cut()
    await pushpin.say(channel, 'two')
    await eventually(() => expect(data).toEqual(['one', 'two']))
    expect(connection.state.get()).toMatchObject({ status: 'open', transport: 'longPolling' })
  })
})
