import { randomBytes } from 'node:crypto'
import { checkChat } from './chat.mjs'
import { checkPolls } from './polls.mjs'
import { createReport } from './report.mjs'
import { checkFrames, checkPosts, sayer } from './send.mjs'
import { checkSocket } from './socket.mjs'
import { checkStream } from './stream.mjs'
import { checkOrigins } from './http.mjs'

const feeds = {
  sse: checkStream,
  longPolling: (ground, report) => checkPolls('longPolling', ground, report),
  polling: (ground, report) => checkPolls('polling', ground, report),
  webSocket: checkSocket,
}

export const TRANSPORTS = Object.keys(feeds)

/**
 * Checks a server from outside. `send`: the address that takes POSTs, or `true` for the WebSocket itself; nothing is
 * ever sent without it. `answerMs`: how long a chat's answer may take. `tell` hears each result as it is there.
 */
export async function check({
  url,
  transports,
  send,
  chat = false,
  data,
  headers = {},
  slow = false,
  patienceMs = 6_000,
  answerMs = 60_000,
  tell,
}) {
  const results = []
  for (const transport of transports) {
    const report = createReport(transport, tell)
    const ground = {
      url,
      data,
      headers,
      slow,
      patienceMs,
      answerMs,
      nonce: randomBytes(6).toString('hex'),
      sent: 0,
      sendUrl: typeof send === 'string' ? send : undefined,
    }
    if (chat) await checkChat(transport, ground, report)
    else {
      if (ground.sendUrl || (send && transport === 'webSocket')) ground.say = sayer(transport, ground)
      await feeds[transport](ground, report)
      if (ground.sendUrl) {
        await checkPosts(transport, ground, report)
        await checkOrigins(ground.sendUrl, ground, report, { method: 'POST', asks: 'content-type, idempotency-key' })
      } else if (ground.say) await checkFrames(ground, report)
    }
    results.push(...report.results)
  }
  return results
}
