import type { ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { type ChatOptions, createChat, textOf } from '../../src/chat/index.ts'
import { chatGptStreamOutput, type ChatGptStreamOutputOptions } from '../../src/chat/protocols/chatGptStreamOutput.ts'
import { eventually, withSocket } from '../contract/listen.ts'
import { serve } from '../contract/server.ts'

const ANSWER = ['Grüße', ', 世', '界 👋🏽']

/** What a server of this family does, as its sources have it; `say` is its model, which answers by these words. */
async function family(
  say: (question: string, tell: (delta: object | '[DONE]') => void, cut: () => void) => void,
  streams = true,
) {
  const emitters = new Map<string, ServerResponse>()
  const questions: string[] = []
  const send = (emitter: ServerResponse, id: string, data: string): void =>
    void emitter.write(`id:${id}\ndata:${data}\nretry:3000\n\n`)

  const server = await serve({
    http({ method, path, headers }, response, request) {
      const uid = String(headers['uid'] ?? '')
      if (!uid) return void response.writeHead(500).end()
      if (path === '/createSse' && method === 'GET' && streams) {
        response.writeHead(200, { 'content-type': 'text/event-stream;charset=UTF-8' }).write('retry:5000\n\n')
        emitters.set(uid, response)
        response.on('close', () => emitters.get(uid) === response && emitters.delete(uid))
        return
      }
      if (path !== '/chat' || method !== 'POST') return void response.writeHead(404).end()
      let body = ''
      request.on('data', (piece: Buffer) => (body += piece.toString()))
      request.on('end', () => {
        const { msg } = JSON.parse(body) as { msg: string }
        const emitter = emitters.get(uid)
        if (!msg || !emitter) return void response.writeHead(500).end()
        questions.push(msg)
        let tokens = 0
        say(
          msg,
          (delta) => {
            tokens++
            if (delta !== '[DONE]') return send(emitter, 'chatcmpl-1', JSON.stringify(delta))
            send(emitter, '[TOKENS]', `<br/><br/>tokens：${tokens}`)
            send(emitter, '[DONE]', '[DONE]')
            emitter.end()
          },
          () => emitter.destroy(),
        )
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"question_tokens":7}')
      })
    },
    socket(socket) {
      socket.on('message', (bytes: Buffer) => {
        questions.push(String(bytes))
        say(
          String(bytes),
          (delta) => socket.send(delta === '[DONE]' ? delta : JSON.stringify(delta)),
          () => socket.terminate(),
        )
      })
    },
  })

  const open = (more: Partial<ChatGptStreamOutputOptions & ChatOptions> = {}) => {
    const { over, ...options } = more
    const chat = createChat({
      ...chatGptStreamOutput({ url: `${server.origin}/`, uid: 'u1', over }),
      backoff: { firstMs: 1, maxMs: 1 },
      env: withSocket,
      ...options,
    })
    onTestFinished(chat.dispose)
    return chat
  }
  return { server, questions, emitters, open }
}

const ways = ['sse', 'webSocket'] as const
const answers: Parameters<typeof family>[0] = (_question, tell) => {
  tell({ role: 'assistant', content: null, name: null })
  for (const content of ANSWER) tell({ content })
  tell({})
  tell('[DONE]')
}

test.each(ways)('over %s one question after the other is asked, and answered', async (way) => {
  const { open, questions, server } = await family(answers)
  const chat = open({ over: [way] })
  for (const question of ['One?', 'Zwei?']) {
    await chat.sendMessage({ text: question })
    const message = chat.get().messages.at(-1)!
    expect(textOf(message)).toBe(ANSWER.join(''))
    expect(message.end).toEqual({ state: 'complete', reason: 'stop', raw: '[DONE]' })
    expect(message.parts).toHaveLength(1)
  }
  expect(questions).toEqual(['One?', 'Zwei?'])
  expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(
    way === 'sse'
      ? ['GET /createSse', 'POST /chat', 'GET /createSse', 'POST /chat']
      : ['GET /websocket/u1', 'GET /websocket/u1'],
  )
})

test('over an event stream the question waits until the stream is open, and says the user in a header', async () => {
  const { open, server } = await family(answers)
  await open().sendMessage({ text: 'One?' })
  expect(server.asked.map(({ path, headers }) => [path, headers['uid'], headers['last-event-id']])).toEqual([
    ['/createSse', 'u1', undefined],
    ['/chat', 'u1', undefined],
  ])
})

test.each(ways)('over %s an answer that is cut is truncated, and nothing is asked again', async (way) => {
  const { open, questions, server } = await family((_question, tell, cut) => {
    tell({ content: 'Half' })
    setTimeout(cut, 30)
  })
  const chat = open({ over: [way] })
  await chat.sendMessage({ text: 'One?' })
  const message = chat.get().messages.at(-1)!
  expect(textOf(message)).toBe('Half')
  expect(message.end).toMatchObject({ state: 'truncated', error: { kind: 'network' } })
  expect(questions).toEqual(['One?'])
  expect(server.asked).toHaveLength(way === 'sse' ? 2 : 1)
})

test.each([
  ['sse', {}],
  ['webSocket', {}],
  ['sse', { resume: 'auto' }],
  ['webSocket', { resume: 'auto' }],
] as const)('over %s a cut before the first word is an error, and nothing is asked again, %o', async (way, more) => {
  const { open, questions } = await family((_question, _tell, cut) => setTimeout(cut, 30))
  const chat = open({ over: [way], ...more })
  await chat.sendMessage({ text: 'One?' })
  expect(chat.get().messages.at(-1)!.end).toMatchObject({ state: 'error' })
  expect(questions).toEqual(['One?'])
})

test('a question that is refused is an error that says how', async () => {
  const { open } = await family(answers)
  const chat = open({ over: ['sse'] })
  await chat.sendMessage({ text: '' })
  expect(chat.get()).toMatchObject({ status: 'error', error: { code: 'http-500' } })
})

test('where no event stream can be opened, the WebSocket has its turn', async () => {
  const { open, questions } = await family(answers, false)
  const chat = open()
  await chat.sendMessage({ text: 'One?' })
  expect(textOf(chat.get().messages.at(-1)!)).toBe(ANSWER.join(''))
  expect(chat.get().connection.transport).toBe('webSocket')
  expect(questions).toEqual(['One?'])
})

test('the server’s word that something has gone wrong is an error', async () => {
  const { open, emitters } = await family((_question, tell) => {
    tell({ content: 'Half' })
    emitters.get('u1')?.write('id:u1\nevent:发生异常！\ndata:{"content":"发生异常请重试！"}\nretry:3000\n\n')
  })
  const chat = open({ over: ['sse'] })
  await chat.sendMessage({ text: 'One?' })
  const message = chat.get().messages.at(-1)!
  expect(message.end).toMatchObject({ state: 'error', error: { message: '发生异常请重试！' } })
  expect(textOf(message)).toBe('Half')
})

test.each(ways)('over %s a stop hangs up', async (way) => {
  const { open, server } = await family((_question, tell) => tell({ content: 'Half' }))
  const chat = open({ over: [way] })
  const done = chat.sendMessage({ text: 'One?' })
  await eventually(() => expect(chat.get().status).toBe('streaming'))
  await chat.stop()
  await done
  expect(chat.get().messages.at(-1)!.end).toEqual({ state: 'stopped' })
  await eventually(() => expect(server.busy.size).toBe(0))
})
