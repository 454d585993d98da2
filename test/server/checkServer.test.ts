// What `npm run check-server` says of servers that are right, and of one that is wrong in one thing at a time.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { check, type CheckOptions, type Result, TRANSPORTS } from '../../scripts/lib/check-server/check.mjs'
import { rules } from '../../scripts/lib/check-server/rules.mjs'
import { parrot, start } from './rig.js'
import { startWrong } from './wrongServer.js'

const quick = { patienceMs: 1_000, answerMs: 2_500 }
const key = { authorization: 'Bearer key' }
const wrongIn = (results: readonly Result[]): string[] =>
  results
    .filter(({ verdict }) => verdict === 'WRONG' || verdict === 'advice')
    .map(({ where, rule, seen }) => `${where}: ${rule}: ${seen}`)
const verdictOn = (results: readonly Result[], rule: string) => results.find((result) => result.rule === rule)?.verdict

describe('it finds nothing wrong', () => {
  test.each(TRANSPORTS)('with the room, over %s', async (transport) => {
    const { url } = await start({ heartbeatMs: 300, room: { accepts: (said) => said === key.authorization } })
    const overSocket = transport === 'webSocket'
    const results = await check({
      url: `${url}/api/room${overSocket ? '/ws' : ''}`,
      transports: [transport],
      send: overSocket || `${url}/api/room`,
      headers: key,
      patienceMs: 4_000,
    })
    expect(wrongIn(results)).toEqual([])
    expect(results.filter(({ verdict }) => verdict === 'unchecked')).toEqual([])
    for (const rule of ['opens', 'ids', 'unknown-cursor', 'once', 'nack', 'locked'])
      expect(verdictOn(results, rule)).toBe('ok')
  })

  test.each(TRANSPORTS)('with a feed that always has news, over %s', async (transport) => {
    const { url } = await start({ heartbeatMs: 300, live: { everyMs: 20 } })
    const address = `${url}/api/live${transport === 'webSocket' ? '/ws' : ''}`
    const results = await check({ url: address, transports: [transport], patienceMs: 4_000 })
    expect(wrongIn(results)).toEqual([])
    // Nothing was sent: nobody had said that it might be.
    expect(verdictOn(results, 'ack')).toBeUndefined()
  })

  test.each(TRANSPORTS)('with the chat, over %s', async (transport) => {
    const { url } = await start({ answerer: parrot(['one', 'two', 'three']) })
    const address = `${url}/api/chat${transport === 'webSocket' ? '/ws' : ''}`
    const results = await check({ url: address, transports: [transport], chat: true, patienceMs: 4_000 })
    expect(wrongIn(results)).toEqual([])
    expect(results).toHaveLength(10)
  })

  test.each(TRANSPORTS)('with the other server, as long as no mistake is planted in it, over %s', async (transport) => {
    const { url, chatUrl } = await startWrong(onTestFinished)
    const send = transport === 'webSocket' || url
    expect(wrongIn(await check({ url, transports: [transport], send, headers: key, patienceMs: 4_000 }))).toEqual([])
    if (transport === 'sse')
      expect(wrongIn(await check({ url: chatUrl, transports: [transport], chat: true, patienceMs: 4_000 }))).toEqual([])
  })

  test('with a server that streams whatever the method, which is no mistake', async () => {
    const { url } = await startWrong(onTestFinished, 'any method will do')
    const results = await check({ url, transports: ['sse'], headers: key, patienceMs: 4_000 })
    expect(verdictOn(results, 'bad-input')).toBe('ok')
  })
})

/** A mistake, over which transport it is made, and the rule that finds it. */
const mistakes: readonly (readonly [mistake: string, transport: string, rule: string])[] = [
  ['no ids', 'sse', 'ids'],
  ['no ids', 'webSocket', 'ids'],
  ['one id for two', 'polling', 'unique'],
  ['prev names anything', 'longPolling', 'prev'],
  ['off by one', 'sse', 'resume-header'],
  ['the wrong way round', 'polling', 'resume-header'],
  ['other data', 'sse', 'resume-header'],
  ['the header is not read', 'sse', 'resume-header'],
  ['the query is not read', 'sse', 'resume-query'],
  ['the query is not read', 'longPolling', 'resume-query'],
  ['off by one', 'webSocket', 'resume-hello'],
  ['the hello is not read', 'webSocket', 'resume-hello'],
  ['an unknown cursor is not told', 'sse', 'unknown-cursor'],
  ['an unknown cursor is not told', 'polling', 'unknown-cursor'],
  ['an unknown cursor is not told', 'webSocket', 'unknown-cursor'],
  ['an unknown cursor is told too late', 'sse', 'unknown-cursor'],
  ['an unknown cursor is told too late', 'webSocket', 'unknown-cursor'],
  ['it stumbles over a cursor', 'polling', 'unknown-cursor'],
  ['it stumbles over a cursor', 'sse', 'bad-input'],
  ['it stumbles over what it does not know', 'polling', 'bad-input'],
  ['no event stream', 'sse', 'content-type'],
  ['no first byte', 'sse', 'first-byte'],
  ['no welcome', 'sse', 'greeting'],
  ['no welcome', 'webSocket', 'greeting'],
  ['controls are no JSON', 'sse', 'envelope'],
  ['a message is a bare text', 'polling', 'envelope'],
  ['the answer is kept', 'sse', 'no-store'],
  ['the answer is kept', 'polling', 'no-store'],
  ['proxies hold it back', 'sse', 'x-accel-buffering'],
  ['no heartbeat', 'sse', 'heartbeat'],
  ['no heartbeat', 'webSocket', 'heartbeat'],
  ['Retry-After is hidden', 'sse', 'cors'],
  ['no preflight', 'polling', 'cors'],
  ['the door is open', 'sse', 'locked'],
  ['the door is open', 'webSocket', 'locked'],
  ['wait=0 is held', 'longPolling', 'wait-none'],
  ['never held', 'longPolling', 'held'],
  ['wait is not believed', 'longPolling', 'held-too-long'],
  ['a tag without its cursor', 'polling', 'etag'],
  ['a tag that is never heeded', 'polling', 'etag-unused'],
  ['the hello is not answered', 'webSocket', 'opens'],
  ['no pong', 'webSocket', 'pong'],
  ['it closes over what it does not know', 'webSocket', 'unknown-controls'],
  ['an array is not understood', 'webSocket', 'list'],
  ['it stumbles over a frame', 'webSocket', 'bad-frame'],
  ['nothing is acknowledged', 'webSocket', 'ack'],
  ['a POST is sent elsewhere', 'sse', 'post-redirect'],
  ['a POST is sent elsewhere', 'sse', 'ack'],
  ['a copy is refused', 'webSocket', 'ack-again'],
  ['a copy is refused', 'sse', 'ack-again'],
  ['each copy is taken', 'webSocket', 'once'],
  ['each copy is taken', 'polling', 'once'],
  ['anything is taken', 'webSocket', 'nack'],
  ['anything is taken', 'polling', 'nack'],
  ['it stumbles over JSON', 'sse', 'nack'],
  ['no question is taken', 'chat', 'chat-begins'],
  ['a run counts from 0', 'chat', 'chat-ids'],
  ['a run just stops', 'chat', 'chat-end'],
  ['each POST begins anew', 'chat', 'chat-once'],
  ['a run skips one', 'chat', 'chat-resume'],
  ['a run goes with its reader', 'chat', 'chat-dropped'],
  ['any run is known', 'chat', 'chat-unknown'],
  ['a stop is not heard', 'chat', 'chat-stop'],
  ['a stop twice is an error', 'chat', 'chat-stop'],
  ['it stumbles over a question', 'chat', 'chat-bad-body'],
]

describe.concurrent('it finds what is wrong', () => {
  test.for(mistakes)('"%s" over %s, by the rule %s', async ([mistake, transport, rule], own) => {
    const { url, chatUrl } = await startWrong(own.onTestFinished, mistake)
    const options: CheckOptions =
      transport === 'chat'
        ? { url: chatUrl, transports: ['sse'], chat: true }
        : { url, transports: [transport], headers: key, send: transport === 'webSocket' || url }
    // A feed into which nothing is said says nothing.
    const { send: _, ...silent } = options
    const results = await check({ ...(mistake === 'no first byte' ? silent : options), ...quick })
    const found = results.find((result) => result.rule === rule && result.verdict !== 'ok')
    expect(found?.verdict).toBe(rules[rule]!.level === 'must' ? 'WRONG' : 'advice')
    expect(found!.seen).toMatch(/\w/)
  })
})

test('each rule has a mistake that it finds, quotes PROTOCOL.md word for word, and says how to mend it', () => {
  expect(Object.keys(rules).toSorted()).toEqual([...new Set(mistakes.map(([, , rule]) => rule))].toSorted())
  const protocol = readFileSync('PROTOCOL.md', 'utf8').replace(/\s+/g, ' ')
  const sections = protocol.split(/ ## (?=\d+\. )/)
  for (const { section, says, mend } of Object.values(rules)) {
    expect(sections.find((part) => part.startsWith(`${section}. `))).toContain(says)
    expect(mend).toMatch(/\.$/)
  }
})

/** The command, as a person runs it. */
const run = (...args: string[]): Promise<{ code: number; output: string }> =>
  new Promise((settle) => {
    execFile(process.execPath, ['scripts/check-server.mjs', ...args], (error, stdout, stderr) =>
      settle({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
    )
  })

test('the command ends with 0 where all is well, and says one line for each rule', async () => {
  const { url } = await start({ heartbeatMs: 300 })
  const { code, output } = await run(`${url}/api/room`, '--transport', 'sse, polling', '--send', `${url}/api/room`)
  expect(code).toBe(0)
  expect(output).toMatch(/^ok {9}sse {10}the line opens$/m)
  expect(output).toMatch(/^ok {9}polling {6}a message that comes twice is taken once$/m)
  expect(output).toMatch(/\n\n\d+ ok, 0 wrong\n$/)
})

test('the command ends with 1 where something is wrong, and says what was seen, what ought to be and how to mend it', async () => {
  const { url } = await startWrong(onTestFinished, 'no pong')
  const args = [url.replace('http', 'ws'), '--header', 'Authorization: Bearer key', '--patience', '0.5']
  const { code, output } = await run(...args)
  expect(code).toBe(1)
  expect(output).toContain(
    [
      'WRONG      webSocket    a ping is answered with pong',
      '           seen: no pong came',
      '           PROTOCOL.md, section 2: “must be answered with `pong`.”',
      '           mend: Answer the text frame {"t":"ping"} with {"t":"pong"}',
    ].join('\n'),
  )
  const machine = await run(...args, '--json')
  expect(machine.code).toBe(1)
  expect(JSON.parse(machine.output)).toContainEqual(
    expect.objectContaining({ rule: 'pong', verdict: 'WRONG', section: 2 }),
  )
})

test('a server that is not there is wrong, and no crash', async () => {
  const { code, output } = await run('http://127.0.0.1:1/', '--transport', TRANSPORTS.join(','))
  expect(code).toBe(1)
  expect(output).toContain('0 ok, 4 wrong')
})

test.each([
  [[], 'Give one address'],
  [['nowhere'], 'no address'],
  [['ftp://x'], 'no address'],
  [['http://x', '--transport', 'pigeon'], 'no transport "pigeon"'],
  [['http://x', '--send', 'there'], '--send wants'],
  [['http://x', '--patience', 'none'], '--patience wants'],
  [['http://x', '--data', '{'], '--data is no JSON'],
  [['http://x', '--header', 'secret'], 'no header'],
  [['http://x', '--fast'], 'fast'],
])('the command %j ends with 2 and the usage', async (args, why) => {
  const { code, output } = await run(...args)
  expect(code).toBe(2)
  expect(output).toContain(why)
  expect(output).toContain('npm run check-server')
})
