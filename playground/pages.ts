/** The pages there are, each in Vue and in React: `<framework>/<file>.html`. `index` is the chat. */
export const pageFiles = ['index', 'live', 'room', 'danmaku', 'transports'] as const
