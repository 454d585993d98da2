import { isRecord } from '../http.js'
import { type Format, inputOf, json, type Piece } from './format.js'
import { callOf, fileOf, listOf } from './read.js'
import { translate } from './translate.js'

/**
 * Ollama's own `/api/chat`: one JSON text a line.
 *
 * @see https://github.com/ollama/ollama/blob/main/docs/api.md
 */
export const ollama: Format = {
  framing: {
    accept: /\bapplication\/x-ndjson\b/i,
    type: 'application/x-ndjson',
    write: (data) => `${data}\n`,
    beat: '\n',
  },
  read: ({ messages }) => ({
    messages: listOf(messages).map(({ role, content, images, tool_calls: calls, tool_name: name }) => ({
      role,
      content: Array.isArray(images)
        ? [{ type: 'text', text: content }, ...images.map((data) => fileOf(`data:;base64,${data}`))]
        : content,
      ...(name !== undefined && { name }),
      ...(Array.isArray(calls) && {
        tool_calls: listOf(calls).map(({ function: of }, nth) =>
          callOf(`call-${nth}`, isRecord(of) ? of.name : '', isRecord(of) ? of.arguments : {}),
        ),
      }),
    })),
  }),
  write({ model }) {
    const line = (message: object, rest: object = {}): Piece =>
      json({
        model,
        created_at: new Date().toISOString(),
        message: { role: 'assistant', content: '', ...message },
        done: false,
        ...rest,
      })
    return translate({
      more({ kind }, piece) {
        if (kind === 'call') return []
        return [line(kind === 'text' ? { content: piece } : { thinking: piece })]
      },
      close(block) {
        const { kind, own, name } = block
        return kind === 'call' && !own
          ? [line({ tool_calls: [{ function: { name, arguments: inputOf(block) } }] })]
          : []
      },
      error: (message) => [json({ error: message })],
      finish: (reason, { input, output }) => [
        line(
          {},
          {
            done: true,
            done_reason: reason === 'length' ? 'length' : 'stop',
            prompt_eval_count: input,
            eval_count: output,
          },
        ),
      ],
    })
  },
}
