// How a run is begun, gone on with and stopped, over each transport.
import { askOnce, openPolls, openSocket, openStream } from './lines.mjs'

const named = (chat, run) => ({ query: { chat, run } })

async function stopOverHttp(ground, chat, run) {
  const { status, closed } = await askOnce(ground.url, { ...ground, ...named(chat, run) }, { method: 'DELETE' })
  return status === 204 ? undefined : `DELETE was answered with ${status || closed()}`
}

const streams = (ground) => ({
  begin: (chat, run, body) => openStream(ground.url, { ...ground, ...named(chat, run) }, { method: 'POST', body }),
  resume: (chat, run, cursor) => openStream(ground.url, { ...ground, ...named(chat, run), cursor }),
  stop: (chat, run) => stopOverHttp(ground, chat, run),
})

/** A POST is answered at once with what is there; polls go on behind it. */
const polls = (ground) => ({
  begin: (chat, run, body) => openPolls(ground.url, { ...ground, ...named(chat, run) }, { method: 'POST', body }),
  resume: (chat, run, cursor) => openPolls(ground.url, { ...ground, ...named(chat, run), cursor }),
  stop: (chat, run) => stopOverHttp(ground, chat, run),
})

const sockets = (ground) => {
  const { headers } = ground
  const open = (first) => openSocket(ground.url, { ...ground, first })
  const bodyOf = (text) => {
    try {
      return { body: JSON.parse(text) }
    } catch {
      return {}
    }
  }
  return {
    begin: (chat, run, text) => open({ t: 'run', chat, run, headers, ...bodyOf(text) }),
    resume: (chat, run, cursor) =>
      open({ t: 'resume', chat, run, headers, ...(cursor === undefined ? {} : { cursor }) }),
    async stop(chat, run) {
      const line = await open({ t: 'stop', chat, run, headers })
      await line.until(() => line.code() !== undefined, ground.patienceMs)
      line.close()
      const fine = line.controls('end').length > 0 && line.code() === 1000
      return fine
        ? undefined
        : `stop was answered with ${line.closed() ?? 'nothing'}, and ${line.controls('end').length > 0 ? 'an' : 'no'} end`
    },
  }
}

export const chatWays = { sse: streams, longPolling: polls, polling: polls, webSocket: sockets }
