import { expect, test } from 'vitest'
import { text } from '../../src/chat/protocols/text.ts'
import { plainText } from '../../src/chat/protocols/plainText.ts'
import { asked, expectSameHoweverCut, user } from './wire.ts'

test('every character arrives, wherever the bytes are cut', () => {
  const body = 'Grüße, 世界 👋🏽\r\n\r\ndata: not an event\n[DONE]\n'
  expect(expectSameHoweverCut(text(), body).parts).toMatchObject([{ type: 'text', text: body }])
})

test('it asks for plain text, with the conversation as plain text', () => {
  expect(plainText.accept).toBe('text/plain')
  expect(['text/plain; charset=utf-8', 'text/markdown'].every((type) => plainText.types.test(type))).toBe(true)
  expect(plainText.types.test('text/html')).toBe(false)
  const messages = [user('one'), user('two')]
  expect(text({ model: 'm', send: 'last', body: { seed: 1 } }).request(asked(...messages))).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'two' }],
    seed: 1,
  })
})
