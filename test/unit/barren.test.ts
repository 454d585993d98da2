import { expect, test } from 'vitest'
import { agUi } from '../../src/chat/protocols/agUi.js'
import { chunk, setUpChat } from './chatSetUp.js'

const HOURS = 3_600_000

/** Each line from now on ends by itself without a word, as soon as it is made. */
async function endEmpty({ clock, transport }: ReturnType<typeof setUpChat>): Promise<void> {
  for (let passed = 0; passed < HOURS; passed += 1_000) {
    const call = transport.last()
    if (!call.over) {
      call.open()
      call.end({ kind: 'finished' })
    }
    await clock.pass(1_000)
  }
}

test('a server that answers each question for the rest with nothing is not asked for ever: the answer is truncated', async () => {
  const set = setUpChat()
  const done = set.chat.sendMessage({ text: 'hi' })
  set.say(chunk({ content: 'Half an ans' }))
  await endEmpty(set)
  await done
  expect(set.lastMessage()).toMatchObject({ parts: [{ text: 'Half an ans' }], end: { state: 'truncated' } })
  expect(set.transport.calls.length).toBeLessThan(10)
})

test('an agent whose last turn called tools, and that tells nothing behind it, has ended with these calls', async () => {
  const set = setUpChat({ protocol: agUi() })
  const done = set.chat.sendMessage({ text: 'hi' })
  let id = 0
  const say = (event: object): void => set.last().message(event, { id: `e${++id}` })
  say({ type: 'RUN_STARTED', runId: 'r', threadId: 't' })
  say({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'time' })
  say({ type: 'TOOL_CALL_END', toolCallId: 'c' })
  say({ type: 'RUN_FINISHED', runId: 'r', threadId: 't', metadata: { tanstack: { finishReason: 'tool_calls' } } })
  await endEmpty(set)
  await done
  expect(set.lastMessage()).toMatchObject({ end: { state: 'complete', reason: 'tool-calls', raw: 'tool_calls' } })
  expect(set.transport.calls.length).toBeLessThan(10)
})
