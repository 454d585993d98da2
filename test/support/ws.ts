/** What stands for the package `ws` in a page, which has a WebSocket of its own. */
export const { WebSocket } = globalThis
