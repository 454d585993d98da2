export const suggestions: readonly string[] = [
  'What happens when the line breaks in the middle of an answer?',
  'Which transport should I choose?',
  'How do I use it in Vue, and how in React?',
  'What must my server do?',
]

export const hints = {
  ready: 'Enter sends · Shift+Enter makes a new line',
  busy: 'What you send now waits for its turn',
} as const

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
