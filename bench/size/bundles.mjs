// What a page imports of each package, and what that weighs.
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { benchFolder, projectFolder } from '../lib/files.mjs'

const chat = (binding) => `
  export { longPolling, polling, sse, webSocket } from 'holdline'
  export { createChat, openAi } from 'holdline/chat'
  export { useChat } from 'holdline/${binding}'`

/** Name in the table -> what is imported, and what stays outside besides the frameworks. */
export const bundles = {
  'holdline, WebSocket only': { source: `export { createConnection, webSocket } from 'holdline'` },
  'holdline, SSE only': { source: `export { createConnection, sse } from 'holdline'` },
  'holdline, all (SSE parser outside)': {
    source: `export { createConnection, eventSource, longPolling, polling, sse, webSocket } from 'holdline'`,
    outside: ['*/eventsource-parser.js'],
  },
  'reconnecting-websocket': { source: `export { default } from 'reconnecting-websocket'` },
  'partysocket (ws)': { source: `export { default } from 'partysocket/ws'` },
  'react-use-websocket': { source: `export { default } from 'react-use-websocket'` },
  '@vueuse/core useWebSocket': { source: `export { useWebSocket } from '@vueuse/core'` },
  'fetch-event-source': { source: `export { fetchEventSource } from '@microsoft/fetch-event-source'` },
  'eventsource (package)': { source: `export { EventSource } from 'eventsource'` },
  'graphql-ws': { source: `export { createClient } from 'graphql-ws'` },
  phoenix: { source: `export { Socket } from 'phoenix'` },
  'socket.io-client': { source: `export { io } from 'socket.io-client'` },
  '@microsoft/signalr': { source: `export { HubConnectionBuilder } from '@microsoft/signalr'` },
  centrifuge: { source: `export { Centrifuge } from 'centrifuge'` },
  'holdline useChat (React)': { source: chat('react') },
  'holdline useChat (Vue)': { source: chat('vue') },
  '@ant-design/x-sdk useXChat': {
    source: `export { useXChat, XRequest, OpenAIChatProvider } from '@ant-design/x-sdk'`,
  },
  '@tanstack/ai-react useChat': { source: `export { useChat, fetchServerSentEvents } from '@tanstack/ai-react'` },
  '@ai-sdk/react useChat': {
    source: `export { useChat } from '@ai-sdk/react'; export { DefaultChatTransport } from 'ai'`,
  },
  '@ai-sdk/vue Chat': { source: `export { Chat } from '@ai-sdk/vue'; export { DefaultChatTransport } from 'ai'` },
}

const door = (name) => join(projectFolder, 'dist', `${name}.js`)

export async function weigh({ source, outside = [] }) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: benchFolder },
    alias: {
      holdline: door('index'),
      'holdline/chat': door('chat'),
      'holdline/react': door('react'),
      'holdline/vue': door('vue'),
    },
    external: ['react', 'react-dom', 'vue', ...outside],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  })
  const [{ contents }] = outputFiles
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 }
  return { brotli: brotliCompressSync(contents, { params }).length, minified: contents.length }
}
