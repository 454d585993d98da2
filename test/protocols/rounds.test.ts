// Answers that are made of several responses, because tools are run in between.
import { expect, test } from 'vitest'
import { type ChatProtocol, createChat, type ToolPart } from '../../src/chat/index.ts'
import { anthropic } from '../../src/chat/protocols/anthropic.ts'
import { gemini } from '../../src/chat/protocols/gemini.ts'
import { ollama } from '../../src/chat/protocols/ollama.ts'
import { openAi } from '../../src/chat/protocols/openAi.ts'
import { sse } from '../../src/index.ts'
import { serve } from '../contract/server.ts'
import { eventsOf } from './wire.ts'

/** Asks a server that answers with these bodies, one after the other, and runs every tool that it calls. */
async function rounds(protocol: ChatProtocol, bodies: readonly string[], type = 'text/event-stream') {
  const asked: object[] = []
  const inputs: unknown[] = []
  const { origin } = await serve({
    http(_, response, request) {
      let text = ''
      request
        .on('data', (piece) => (text += piece as Buffer))
        .on('end', () => {
          response.writeHead(200, { 'content-type': type }).end(bodies[asked.length])
          asked.push(JSON.parse(text) as object)
        })
    },
  })
  const onToolCall = ({ input }: ToolPart): string => {
    inputs.push(input)
    return `found ${inputs.length}`
  }
  const chat = createChat({ transports: sse(origin), protocol, resume: 'off', onToolCall })
  await chat.sendMessage({ text: 'hi' })
  await expect.poll(() => asked.length, { timeout: 5_000 }).toBe(bodies.length)
  await expect.poll(() => chat.get().status).toBe('ready')
  return { last: asked.at(-1)!, inputs, answer: chat.get().messages.at(-1)! }
}

const named = { named: true }

test('anthropic: the thoughts of each response go back with its own signatures', async () => {
  const block = (index: number, content_block: object, delta: object) => [
    { type: 'content_block_start', index, content_block },
    { type: 'content_block_delta', index, delta },
    { type: 'content_block_stop', index },
  ]
  const response = (nth: number, calls: boolean) =>
    eventsOf(
      [
        { type: 'message_start', message: { id: `msg_${nth}` } },
        ...block(0, { type: 'thinking' }, { type: 'thinking_delta', thinking: `thought ${nth}` }).toSpliced(2, 0, {
          type: 'content_block_delta',
          index: 0,
          delta: { type: 'signature_delta', signature: `seal ${nth}` },
        }),
        ...(calls
          ? block(
              1,
              { type: 'tool_use', id: `c${nth}`, name: 'clock' },
              { type: 'input_json_delta', partial_json: `{"n":${nth}}` },
            )
          : []),
        { type: 'message_delta', delta: { stop_reason: calls ? 'tool_use' : 'end_turn' } },
        { type: 'message_stop' },
      ],
      named,
    )
  const { last, inputs } = await rounds(anthropic(), [response(0, true), response(1, true), response(2, false)])
  expect(inputs).toEqual([{ n: 0 }, { n: 1 }])
  expect(last).toMatchObject({
    messages: [
      { role: 'user' },
      {
        content: [
          { thinking: 'thought 0', signature: 'seal 0' },
          { type: 'tool_use', id: 'c0' },
        ],
      },
      { content: [{ type: 'tool_result', tool_use_id: 'c0', content: 'found 1' }] },
      {
        content: [
          { thinking: 'thought 1', signature: 'seal 1' },
          { type: 'tool_use', id: 'c1' },
        ],
      },
      { content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'found 2' }] },
    ],
  })
})

test('openai: each response’s calls are answered before the next one', async () => {
  const response = (nth: number) =>
    eventsOf([
      {
        choices: [
          {
            delta: {
              tool_calls: [{ index: 0, id: `c${nth}`, function: { name: 'clock', arguments: `{"n":${nth}}` } }],
            },
          },
        ],
      },
      { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
      '[DONE]',
    ])
  const words = eventsOf([{ choices: [{ delta: { content: 'Done.' }, finish_reason: 'stop' }] }, '[DONE]'])
  const { last, inputs, answer } = await rounds(openAi(), [response(0), response(1), words])
  expect(inputs).toEqual([{ n: 0 }, { n: 1 }])
  expect(last).toMatchObject({
    messages: [
      { role: 'user' },
      { tool_calls: [{ id: 'c0' }] },
      { role: 'tool', tool_call_id: 'c0', content: 'found 1' },
      { tool_calls: [{ id: 'c1' }] },
      { role: 'tool', tool_call_id: 'c1', content: 'found 2' },
    ],
  })
  expect(answer.parts.at(-1)).toMatchObject({ type: 'text', text: 'Done.' })
})

test('gemini: the signatures of each response’s calls go back with them', async () => {
  const response = (nth: number) =>
    eventsOf([
      {
        responseId: `r${nth}`,
        candidates: [
          {
            content: {
              parts: [{ functionCall: { name: 'clock', args: { n: nth } }, thoughtSignature: `seal ${nth}` }],
            },
            finishReason: 'STOP',
          },
        ],
      },
    ])
  const words = eventsOf([{ candidates: [{ content: { parts: [{ text: 'Done.' }] }, finishReason: 'STOP' }] }])
  const { last, inputs } = await rounds(gemini(), [response(0), response(1), words])
  expect(inputs).toEqual([{ n: 0 }, { n: 1 }])
  expect(last).toMatchObject({
    contents: [
      { role: 'user' },
      { parts: [{ functionCall: { name: 'clock', args: { n: 0 } }, thoughtSignature: 'seal 0' }] },
      { parts: [{ functionResponse: { name: 'clock', response: { output: 'found 1' } } }] },
      { parts: [{ functionCall: { name: 'clock', args: { n: 1 } }, thoughtSignature: 'seal 1' }] },
      { parts: [{ functionResponse: { name: 'clock', response: { output: 'found 2' } } }] },
    ],
  })
})

test('ollama: calls that have no ids are told apart', async () => {
  const line = (content: object) => `${JSON.stringify(content)}\n`
  const done = line({ message: {}, done: true, done_reason: 'stop' })
  const response = (nth: number) =>
    line({ message: { tool_calls: [{ function: { name: 'clock', arguments: { n: nth } } }] } }) + done
  const words = line({ message: { content: 'Done.' } }) + done
  const { inputs, answer } = await rounds(ollama(), [response(0), response(1), words], 'application/x-ndjson')
  expect(inputs).toEqual([{ n: 0 }, { n: 1 }])
  const ids = answer.parts.flatMap((part) => ('toolCallId' in part ? [part.toolCallId] : []))
  expect(new Set(ids).size).toBe(2)
})
