import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { binary, longPolling, polling, sse, type Transport, webSocket } from 'holdline'
import { nchan } from 'holdline/dialects'
import { eventually, hold } from '../contract/listen.ts'
import { type Cable, layCable } from './cable.ts'
import { type Nginx, startNginx } from './nginx.ts'
import { freePorts } from './process.ts'
import { type Cluster, publish, startCluster } from './nchan.ts'
import { withServers } from './withServers.ts'

const dialect = nchan()

/** The four ways to listen, as the document has them. */
const ways: Record<string, (port: number, channel: string) => Transport> = {
  webSocket: (port, channel) => webSocket(`ws://127.0.0.1:${port}/live?channel=${channel}`, { dialect }),
  sse: (port, channel) => sse(`http://127.0.0.1:${port}/live?channel=${channel}`, { dialect }),
  longPolling: (port, channel) => longPolling(`http://127.0.0.1:${port}/live/poll?channel=${channel}`, { dialect }),
  polling: (port, channel) => polling(`http://127.0.0.1:${port}/live/now?channel=${channel}`, { dialect, everyMs: 50 }),
}

const texts = Array.from({ length: 30 }, (_, at) => `${at + 1}: 弹幕 👩‍👩‍👧\n\nid: 7\n${'·'.repeat(at)}`)

/** Those whose line is open all the time, and breaks. */
const streams = new Set(['webSocket', 'sse'])

let count = 0
const newChannel = (): string => `channel-${++count}`

withServers('nginx', 'nchan', 'redis')('nginx with Nchan', { timeout: 40_000 }, () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster?.stop())

  /** Publishes everything, with something that happens now and then, and sees that all of it is heard once, in order. */
  async function hears(
    transports: Transport | Transport[],
    channel: string,
    disturb: () => unknown,
    { port } = cluster.nodes[0],
  ) {
    const held = hold({ transports, upgradeAfterMs: Infinity })
    for (const [at, text] of texts.entries()) {
      if (at % 10 === 4) await disturb()
      await publish(port, channel, text)
      if (at % 10 === 3) await eventually(() => expect(held.data).toEqual(texts.slice(0, at + 1)), 15_000)
    }
    await eventually(() => expect(held.data).toEqual(texts), 15_000)
    // What comes once more would come now.
    await publish(port, channel, 'last')
    await eventually(() => expect(held.data).toEqual([...texts, 'last']))
    expect(held.gaps).toEqual([])
    expect(held.faults).toEqual([])
    return { ...held, attempts: held.connection.state.get().attempt }
  }

  for (const [name, listen] of Object.entries(ways)) {
    test(`${name} hears what is published, in order`, async () => {
      const channel = newChannel()
      const { connection } = await hears(listen(cluster.nodes[0].port, channel), channel, () => {})
      expect(connection.state.get()).toMatchObject({ status: 'open', failures: 0 })
    })

    test(`${name} loses and doubles nothing when the line is cut`, async () => {
      const channel = newChannel()
      const cable = await layCable(cluster.nodes[0].port)
      await hears(listen(cable.port, channel), channel, () => cable.cut())
      expect(cable.calls).toBeGreaterThan(3)
    })

    // On nodes of their own, and on to the other one: after a reload or a crash Nchan 1.3.6 now and then leaves a
    // channel of that node silent.
    for (const [misfortune, befall] of [
      ['reloads its configuration', ({ reload }: Nginx) => reload()],
      ['loses its workers', ({ killWorkers }: Nginx) => killWorkers()],
    ] as const) {
      test(`${name} loses and doubles nothing when the nginx that it is with ${misfortune}`, async () => {
        const { nodes, stop } = await startCluster()
        onTestFinished(stop)
        const [one, two] = nodes
        const cable = await layCable(one.port)
        let well = true
        const disturb = async (): Promise<void> => {
          if (!well) return
          well = false
          cable.lead(two.port)
          await befall(one)
        }
        const { attempts } = await hears(listen(cable.port, 'news'), 'news', disturb, two)
        if (streams.has(name)) expect(attempts).toBeGreaterThan(1)
      })
    }

    test(`${name} goes on at the other node where it stopped at the first`, async () => {
      const channel = newChannel()
      const [one, two] = cluster.nodes
      const cable = await layCable(one.port)
      let at = one
      await hears(listen(cable.port, channel), channel, () => {
        at = at === one ? two : one
        cable.lead(at.port)
        cable.cut()
      })
    })
  }

  test('a fallback from WebSocket to long polling takes the cursor along', async () => {
    const channel = newChannel()
    const [{ port }] = cluster.nodes
    const cable: Cable = await layCable(port)
    const transports = [ways.webSocket!(cable.port, channel), ways.longPolling!(port, channel)]
    const { states, connection } = await hears(transports, channel, () => {
      cable.lead(undefined)
      cable.cut()
    })
    expect(states.find(({ status }) => status === 'open')).toMatchObject({ transport: 'webSocket' })
    expect(connection.state.get()).toMatchObject({ status: 'open', transport: 'longPolling' })
  })

  test('a page of another origin says its cursor in the query, which no browser asks leave for', async () => {
    const channel = newChannel()
    const [{ port }] = cluster.nodes
    await publish(port, channel, 'one', 'two')
    for (const [name, listen] of Object.entries(ways)) {
      const asked: Request[] = []
      const env = {
        baseUrl: 'https://elsewhere.example/',
        fetch: (input: RequestInfo | URL, init?: RequestInit) => {
          asked.push(new Request(input, init))
          return fetch(input, init)
        },
      }
      const first = hold({ transports: listen(port, channel), env })
      await eventually(() => expect(first.data).toEqual(['one', 'two']))
      const resumeFrom = first.heard[0]?.id
      first.connection.close()
      const second = hold({ transports: listen(port, channel), env, ...(resumeFrom && { resumeFrom }) })
      await eventually(() => expect(second.data, name).toEqual(['two']))
      for (const { headers } of asked) expect([...headers.keys()], name).toEqual(['accept'])
      second.connection.close()
    }
  })

  test('a binary message is binary over WebSocket, and has its id', async () => {
    const channel = newChannel()
    const [{ port }] = cluster.nodes
    const bytes = Uint8Array.from({ length: 700 }, (_, at) => at)
    await publish(port, channel, bytes, Uint8Array.of(10, 10))
    const { data, heard } = hold({ transports: ways.webSocket!(port, channel), decode: binary() })
    await eventually(() => expect(data.map((buffer) => new Uint8Array(buffer))).toEqual([bytes, Uint8Array.of(10, 10)]))
    expect(heard.map(({ id }) => id)).toEqual([expect.stringMatching(/^\d+:\d+$/), expect.stringMatching(/^\d+:\d+$/)])
  })

  test('a long poll that nginx lets go after its time asks on behind the same message', async () => {
    const channel = newChannel()
    const [{ port }] = cluster.nodes
    const answered: number[] = []
    const env = {
      fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
        const response = await fetch(input, init)
        answered.push(response.status)
        return response
      },
    }
    const { data, faults, states } = hold({ transports: ways.longPolling!(port, channel), env })
    await publish(port, channel, 'one')
    await eventually(() => expect(data).toEqual(['one']))
    await eventually(() => expect(answered).toEqual([200, 204]))
    await publish(port, channel, 'two')
    await eventually(() => expect(data).toEqual(['one', 'two']))
    expect([faults, states.map(({ status }) => status)]).toEqual([[], ['connecting', 'open']])
  })

  test('a line that Nchan lets go after its time, with 1000 and a status in its reason, is dialled again', async () => {
    const port = await startPlain('nchan_subscriber websocket; nchan_subscriber_timeout 1;')
    const { connection, data } = hold({ transports: ways.webSocket!(port, 'quiet') })
    await eventually(() => expect(connection.state.get()).toMatchObject({ status: 'open', attempt: 2 }))
    await publish(port, 'quiet', 'one')
    await eventually(() => expect(data).toEqual(['one']))
  })

  test('the answer to a ping is a sign of life and no message', async () => {
    const port = await startPlain('nchan_pubsub websocket; nchan_websocket_client_heartbeat ping pong;')
    const { connection, data, reach } = hold({
      transports: webSocket(`ws://127.0.0.1:${port}/live?channel=alive`, { dialect, ping: 'ping' }),
      heartbeat: { pingAfterMs: 100, pongWithinMs: 100 },
    })
    const { openedAtMs } = await reach('open')
    await eventually(() => expect(connection.state.get().lastByteAtMs).toBeGreaterThan(openedAtMs + 1_000))
    expect([data, connection.state.get().attempt]).toEqual([[], 1])
  })
})

/** One node without Redis, with these settings for its readers; it stops with the test. */
async function startPlain(settings: string): Promise<number> {
  const [port = 0] = await freePorts(1)
  const nginx = await startNginx(
    port,
    `server {
      listen 127.0.0.1:${port};
      nchan_channel_id $arg_channel;
      location = /live { ${settings} }
      location = /publish { nchan_publisher; }
    }`,
  )
  onTestFinished(nginx.stop)
  return port
}
