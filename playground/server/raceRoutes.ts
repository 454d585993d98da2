import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal, refuse, reply } from './http.js'
import { MAX_BYTES, MAX_RATE, type Races } from './race.js'
import { type Ground, serveLog } from './serve.js'
import type { SocketGround } from './sockets.js'

export interface RaceGround extends Ground {
  readonly races: Races
}

const noRace = new Refusal(400, 'no_race', 'race must name the race, in at most 60 characters')
const badRun = new Refusal(
  400,
  'bad_run',
  `rate must be 0 to ${MAX_RATE} messages per second, bytes 0 to ${MAX_BYTES} for each`,
)

function raceIn({ searchParams }: URL): string | undefined {
  const race = searchParams.get('race') ?? ''
  return race.length > 0 && race.length <= 60 ? race : undefined
}

/** One lane of a race: the same feed for each of them. */
export async function serveRace(
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  ground: RaceGround,
): Promise<void> {
  const race = raceIn(url)
  if (race === undefined) return refuse(res, noRace)
  return serveLog(req, res, url, ground.races.logOf(race), ground)
}

export function raceOpenings(url: URL, { races }: RaceGround): Pick<SocketGround, 'openings'> {
  return {
    openings: {
      hello({ cursor }) {
        const race = raceIn(url)
        if (race === undefined) return noRace
        return { log: races.logOf(race), cursor: typeof cursor === 'string' ? cursor : undefined }
      },
    },
  }
}

/** Starts a race, changes it, or with rate 0 stops it. */
export function runRace(_req: IncomingMessage, res: ServerResponse, url: URL, { races }: RaceGround): void {
  const race = raceIn(url)
  if (race === undefined) return refuse(res, noRace)
  const [rate, bytes] = [Number(url.searchParams.get('rate') || NaN), Number(url.searchParams.get('bytes') ?? 0)]
  if (!(rate >= 0 && rate <= MAX_RATE && bytes >= 0 && bytes <= MAX_BYTES)) return refuse(res, badRun)
  races.run(race, rate, bytes)
  reply(res, 200, JSON.stringify({ rate, bytes }))
}

/** How it goes: what each lane has cost so far, counted at its sockets. */
export function reportRace(_req: IncomingMessage, res: ServerResponse, url: URL, { races }: RaceGround): void {
  const race = raceIn(url)
  if (race === undefined) return refuse(res, noRace)
  reply(res, 200, JSON.stringify(races.report(race)))
}
