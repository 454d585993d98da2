// One contestant in a process of its own: what does an idle line hold, and what is left behind by many?
import { setTimeout as pause } from 'node:timers/promises'
import { clients } from './clients.mjs'

const [name, addresses, lines, reconnects] = JSON.parse(process.argv[2])

/** What is reachable. A finaliser may set free what only the next collection takes. */
async function heap() {
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc()
    await pause(20)
  }
  return process.memoryUsage().heapUsed
}

/** Timers and sockets; what the reports themselves need is not counted. */
const resources = () => process.getActiveResourcesInfo().filter((kind) => !/^(Pipe|TTY|FS)/.test(kind)).length

const { open } = await clients[name](addresses)

/** A line that has heard its first message; `again` makes it anew, and waits for the first message once more. */
async function line() {
  let heard = () => {}
  const wait = () =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no first message within 10 s')), 10_000)
      heard = () => {
        clearTimeout(timer)
        heard = () => {}
        resolve()
      }
    })
  const first = wait()
  const { again, close } = open(() => heard())
  await first
  return {
    async again() {
      const next = wait()
      again()
      await next
    },
    close,
  }
}

// What a package sets up once is no line's.
const first = await line()
await first.again()
const before = await heap()
const held = []
// In groups: a server takes only so many at once.
while (held.length < lines) held.push(...(await Promise.all(Array.from({ length: 20 }, line))))
const idle = ((await heap()) - before) / held.length
for (const { close } of held.splice(0)) close()

const warm = Math.ceil(reconnects / 4)
for (let count = 0; count < warm; count++) await first.again()
await pause(300)
const [heapBefore, resourcesBefore] = [await heap(), resources()]
for (let count = 0; count < reconnects; count++) await first.again()
await pause(300)
const growth = ((await heap()) - heapBefore) / reconnects
process.send({ idle: Math.round(idle), growth: Math.round(growth), left: resources() - resourcesBefore }, () =>
  process.exit(),
)
