import { createListeners, type Listeners } from '../../src/base/listeners.js'
import { type Connection, type ConnectionOptions, createConnection, type Surrounding } from '../../src/index.js'
import { type ManualClock, manualClock, type ScriptedTransport, scriptedTransport } from '../../src/testing/index.js'

export interface SetUp {
  readonly clock: ManualClock
  readonly transport: ScriptedTransport
  readonly surroundings: Listeners<Surrounding>
  readonly connection: Connection<string>
  readonly last: ScriptedTransport['last']
}

/** A connection whose time, luck, page and server are played by the test. */
export function setUp(options: Partial<ConnectionOptions<string>> = {}): SetUp {
  const clock = manualClock(1_000_000)
  const transport = scriptedTransport()
  const surroundings = createListeners<Surrounding>()
  const { env, ...rest } = options
  const connection = createConnection<string>({
    transports: transport,
    env: { clock, random: () => 1, surroundings, ...env },
    ...rest,
  })
  return { clock, transport, surroundings, connection, last: transport.last }
}
