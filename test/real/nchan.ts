import { expect } from 'vitest'
import { eventually } from '../contract/listen.ts'
import { blockIn, type Nginx, replaced, startNginx } from './nginx.ts'
import { installed } from './installed.ts'
import { freePorts, newFolder, type Running, start } from './process.ts'

/** Two nodes on one Redis. */
export interface Cluster {
  readonly nodes: readonly [Nginx, Nginx]
  stop(): Promise<void>
}

/** Starts what docs/scaling.md shows: its configuration, but for the ports and the time that a long poll is held. */
export async function startCluster(): Promise<Cluster> {
  const [redisPort = 0, one = 0, two = 0] = await freePorts(3)
  const folder = newFolder()
  const args = ['--port', `${redisPort}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const redis: Running = await start(installed.redis!, args, folder, [redisPort])
  const config = blockIn('docs/scaling.md', 'Two nodes of nginx with Nchan on one Redis', 'nginx')
  const node = (port: number): Promise<Nginx> =>
    startNginx(
      port,
      replaced(config, {
        'listen 8080;': `listen 127.0.0.1:${port};`,
        '127.0.0.1:8080': `127.0.0.1:${port}`,
        'proxy_read_timeout 25s': 'proxy_read_timeout 2s',
        '127.0.0.1:6379': `127.0.0.1:${redisPort}`,
      }),
    )
  const nodes = [await node(one), await node(two)] as const
  return {
    nodes,
    async stop() {
      for (const running of [...nodes, redis]) await running.stop()
    },
  }
}

/** Publishes to a channel of a node, one message after the other. */
export async function publish(
  port: number,
  channel: string,
  ...messages: readonly (string | Uint8Array<ArrayBuffer>)[]
): Promise<void> {
  for (const body of messages) {
    const type = typeof body === 'string' ? 'text/plain' : 'application/octet-stream'
    const post = () =>
      fetch(`http://127.0.0.1:${port}/publish?channel=${channel}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      })
    await eventually(async () => {
      const { ok, status } = await post()
      // 503: a worker that has just started is not yet connected to Redis, and has not taken the message.
      if (status === 503) throw new Error('Not connected to Redis')
      expect(ok).toBe(true)
    })
  }
}
