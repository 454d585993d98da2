import { expect, test } from 'vitest'
import { split } from '../../playground/server/passages.js'
import { keywordsOf, stem } from '../../playground/server/terms.js'

test('a document is cut at its headings, and never inside code, a table or a list item', () => {
  const passages = split(
    'A.md',
    [
      '# Top',
      'Words',
      'on two lines.',
      '## Under `code`',
      '1. one',
      '   still one',
      '2. two',
      '',
      '   ```js',
      '   # no heading',
      '   ```',
      '',
      'After.',
      '| a |',
      '|---|',
      '| b |',
      '~~~',
      '## none either',
      '~~~',
      '### [Linked](http://x)',
      'Last.',
    ].join('\n'),
  )
  expect(passages.map(({ trail }) => trail)).toEqual([['Top'], ['Top', 'Under code'], ['Top', 'Under code', 'Linked']])
  expect(passages[1]?.blocks).toEqual([
    { kind: 'item', text: '1. one\n   still one' },
    { kind: 'item', text: '2. two\n\n   ```js\n   # no heading\n   ```' },
    { kind: 'text', text: 'After.' },
    { kind: 'table', text: '| a |\n|---|\n| b |' },
    { kind: 'code', text: '~~~\n## none either\n~~~' },
  ])
})

test('links to other documents are words, links into the world stay links', () => {
  const [passage] = split('A.md', 'See [the server](docs/server.md#log), [below](#end) and [MDN](https://mdn.dev/x).')
  expect(passage?.blocks[0]?.text).toBe('See the server, below and [MDN](https://mdn.dev/x).')
})

test('words are found in any of their forms', () => {
  for (const [one, other] of [
    ['heartbeats', 'heartbeat'],
    ['stopped', 'stop'],
    ['resuming', 'resume'],
    ['retries', 'retry'],
    ['messages', 'message'],
    ['polling', 'polled'],
  ] as const) {
    expect(stem(one), one).toBe(stem(other))
  }
  expect(keywordsOf('How does createChat use the Last-Event-ID?')).toEqual([
    'create',
    'Chat',
    'createChat',
    'Last',
    'Event',
    'ID',
  ])
})
