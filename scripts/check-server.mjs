// `npm run check-server -- <url>`: does a server keep to PROTOCOL.md, as far as that can be seen from outside?
import { parseArgs } from 'node:util'
import { check, TRANSPORTS } from './lib/check-server/check.mjs'
import { lineOf, summaryOf } from './lib/check-server/report.mjs'

const USAGE = `npm run check-server -- <url> [options]

  --transport <names>   ${TRANSPORTS.join(', ')}; several with commas (default: sse, or webSocket for a ws: address)
  --send <url>          also checks what clients send: where they POST, or "here" for the WebSocket itself.
                        Without it nothing is ever sent to the server
  --chat                the address is that of a chat (PROTOCOL.md, section 5); asks it a few questions
  --data <json>         what is sent: the data of a message ("$id" in it is replaced), or the body of a question
  --header <name:value> sent with every request, and in the hello; may be given more than once
  --patience <seconds>  how long something is waited for that ought to come (default: 6)
  --slow                also waits for heartbeats (15 s) and for a long poll of 25 s
  --json                the results as JSON

Ends with 1 if anything is wrong, with 2 if it could not be asked.`

function fail(message) {
  console.error(`${message}\n\n${USAGE}`)
  process.exit(2)
}

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        transport: { type: 'string' },
        send: { type: 'string' },
        chat: { type: 'boolean' },
        data: { type: 'string' },
        header: { type: 'string', multiple: true },
        patience: { type: 'string', default: '6' },
        slow: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return fail(error.message)
  }
}

const { values, positionals } = read()
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const [url, ...rest] = positionals
const isAddress = (text) => URL.canParse(text) && /^(http|ws)s?:$/.test(new URL(text).protocol)
if (!url || rest.length > 0) fail('Give one address.')
if (!isAddress(url)) fail(`"${url}" is no address such as http://localhost:3000/api/feed.`)
const transports = (values.transport ?? (url.startsWith('ws') ? 'webSocket' : 'sse'))
  .split(',')
  .map((name) => name.trim())
const unknown = transports.find((name) => !TRANSPORTS.includes(name))
if (unknown !== undefined) fail(`There is no transport "${unknown}".`)
const { send } = values
if (send !== undefined && send !== 'here' && !isAddress(send))
  fail(`--send wants an address, or "here", not "${send}".`)
const seconds = Number(values.patience)
if (!(seconds > 0)) fail(`--patience wants a number of seconds, not "${values.patience}".`)

function dataOf(text) {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch (error) {
    return fail(`--data is no JSON (${error.message}).`)
  }
}

function headersOf(lines = []) {
  const pairs = lines.map((line) => {
    const at = line.indexOf(':')
    return at > 0
      ? [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]
      : fail(`"${line}" is no header.`)
  })
  return Object.fromEntries(pairs)
}

const results = await check({
  url,
  transports,
  send: send === 'here' ? true : send,
  chat: values.chat,
  data: dataOf(values.data),
  headers: headersOf(values.header),
  slow: values.slow,
  patienceMs: seconds * 1000,
  tell: values.json ? undefined : (result) => console.log(lineOf(result)),
})
console.log(values.json ? JSON.stringify(results, undefined, 2) : `\n${summaryOf(results)}`)
// Lines that are still open, such as a poll that is being held, shall keep nobody waiting.
process.exit(results.some(({ verdict }) => verdict === 'WRONG') ? 1 : 0)
