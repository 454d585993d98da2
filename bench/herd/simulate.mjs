// A server goes away for a while and comes back, in virtual time. Clients do nothing but what their policy says.

/** The time moves in such steps; the server's capacity is dealt out in them. */
const TICK_MS = 10
/** What an attempt takes until it is answered or refused: no two networks are the same. */
const ANSWER_MS = [20, 200]
/** Whoever is not back by then, so long after the server, never will be. */
const PATIENCE_MS = 300_000

/**
 * @param createClient Makes a client: `fails(now, ending)` says how long it waits until its next attempt.
 * @param perSecond How many the server takes in a second once it is back; what is more is turned away.
 * @param hintMs What it tells those whom it turns away, with a 503; without it their line just breaks.
 */
export function simulate({ createClient, clients, downMs, perSecond, hintMs, luck }) {
  const lost = { kind: 'dropped' }
  const turnedAway = hintMs === undefined ? lost : { kind: 'refused', status: 503, retryAfterMs: hintMs }
  const last = Math.ceil((downMs + PATIENCE_MS) / TICK_MS)
  /** Who tries in which tick. */
  const trying = []
  const plan = (client, ms) => {
    const tick = Math.ceil(ms / TICK_MS)
    if (tick <= last) (trying[tick] ??= []).push(client)
  }
  const everybody = Array.from({ length: clients }, () => createClient(luck))
  for (const client of everybody) {
    const ms = client.fails(0, lost)
    if (ms !== undefined) plan(client, ms)
  }

  let attempts = 0
  const back = []
  const offered = []
  let room = 0
  for (let tick = 0; tick <= last && back.length < clients; tick++) {
    const now = tick * TICK_MS
    const list = trying[tick] ?? []
    trying[tick] = undefined
    attempts += list.length
    const isUp = now >= downMs
    if (isUp) {
      const second = Math.floor((now - downMs) / 1000)
      offered[second] = (offered[second] ?? 0) + list.length
      // It can keep as many waiting as it takes in a second; what is not used by then is lost.
      room = Math.min(room + (perSecond * TICK_MS) / 1000, perSecond)
    }
    for (const client of list) {
      if (isUp && room >= 1) {
        room -= 1
        back.push(now - downMs)
        continue
      }
      const answered = now + ANSWER_MS[0] + luck() * (ANSWER_MS[1] - ANSWER_MS[0])
      const wait = client.fails(answered, isUp ? turnedAway : lost)
      if (wait !== undefined) plan(client, answered + wait)
    }
  }
  const after = (share) => {
    const place = Math.ceil(share * clients) - 1
    return back[place] === undefined ? undefined : back[place] / 1000
  }
  return {
    half: after(0.5),
    most: after(0.99),
    all: after(1),
    lostShare: ((clients - back.length) / clients) * 100,
    first: (offered[0] ?? 0) / perSecond,
    peak: Math.max(...offered.map((count) => (count ?? 0) / perSecond)),
    attempts: attempts / clients,
  }
}
