import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { addressesOf, tellAddresses } from './addresses.js'
import { createPlaygroundServer } from './app.js'
import { createAssistant } from './assistant.js'
import { createRelay } from './relay.js'

const { PORT = '4173', HOST = '127.0.0.1', OPENAI_BASE_URL, OPENAI_API_KEY, MODEL, ROOM_TOKEN } = process.env

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}

const port = Number(PORT)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  fail(`PORT must be a number from 0 to 65535, not "${PORT}"; for example PORT=4174 npm run play`)
}
if (OPENAI_BASE_URL && !/^https?:$/.test(URL.canParse(OPENAI_BASE_URL) ? new URL(OPENAI_BASE_URL).protocol : '')) {
  fail(`OPENAI_BASE_URL must be an address such as http://localhost:11434/v1, not "${OPENAI_BASE_URL}"`)
}

const root = process.cwd()
// In a clone, or beside the server in what `npm run build:play` makes.
const pages = [join(root, '.playground', 'pages'), join(root, 'pages')].find((folder) => existsSync(folder))
const answerer = OPENAI_BASE_URL
  ? createRelay({ baseUrl: OPENAI_BASE_URL, apiKey: OPENAI_API_KEY, model: MODEL })
  : createAssistant(root)
const playground = createPlaygroundServer({
  root,
  answerer,
  pages,
  // With a token, the room is only for those who say it.
  ...(ROOM_TOKEN ? { room: { accepts: (authorization) => authorization === `Bearer ${ROOM_TOKEN}` } } : {}),
})

let closing = false
function close(): void {
  // A second signal means: now.
  if (closing) process.exit(130)
  closing = true
  playground.close().then(
    () => process.exit(0),
    (error: unknown) => fail(`The server could not close: ${String(error)}`),
  )
}

try {
  const address = await playground.listen(port, HOST)
  process.on('SIGINT', close)
  process.on('SIGTERM', close)
  const addresses = addressesOf(address)
  console.log(tellAddresses(addresses, process.stdout.isTTY))
  console.log(
    OPENAI_BASE_URL
      ? `Answers come from ${MODEL ?? 'the model that the page names'} at ${OPENAI_BASE_URL}`
      : 'Answers come from the embedded assistant; set OPENAI_BASE_URL to ask a model instead',
  )
  if (OPENAI_BASE_URL && addresses.length > 1) console.log('Whoever reaches these addresses can ask that model')
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    fail(`Port ${port} is taken; set PORT to another one, for example PORT=${port + 1} npm run play`)
  }
  if (code === 'EACCES') fail(`Port ${port} may not be used here; set PORT to one above 1023, for example PORT=4173`)
  fail(`The server could not start: ${message}`)
}
