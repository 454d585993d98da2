// JavaScript only. Declarations come from `tsc -p tsconfig.build.json`, which checks the types on its way.
import { readFileSync } from 'node:fs'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import esbuild from 'rollup-plugin-esbuild'

const { version, peerDependencies } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'))

/** The doors: name in dist -> source. scripts/check-exports.mjs compares them with "exports" in package.json. */
export const doors = {
  index: 'src/index.ts',
  chat: 'src/chat/index.ts',
  'chat/openai-responses': 'src/chat/protocols/openAiResponses.ts',
  'chat/openai': 'src/chat/protocols/openAi.ts',
  'chat/anthropic': 'src/chat/protocols/anthropic.ts',
  'chat/gemini': 'src/chat/protocols/gemini.ts',
  'chat/ollama': 'src/chat/protocols/ollama.ts',
  'chat/text': 'src/chat/protocols/text.ts',
  'chat/ui-message': 'src/chat/protocols/uiMessage.ts',
  'chat/ag-ui': 'src/chat/protocols/agUi.ts',
  'chat/langgraph': 'src/chat/protocols/langGraph.ts',
  'chat/chatgpt-stream-output': 'src/chat/protocols/chatGptStreamOutput.ts',
  'chat/indexed-db': 'src/chat/indexedDb.ts',
  'chat/auto': 'src/chat/protocols/auto.ts',
  'ai-sdk': 'src/aiSdk/index.ts',
  tanstack: 'src/tanstack/index.ts',
  react: 'bindings/react/index.ts',
  vue: 'bindings/vue/index.ts',
  testing: 'src/testing/index.ts',
  dialects: 'src/dialects/index.ts',
  inspector: 'src/inspector/index.ts',
  'adapters/fetch-event-source': 'src/adapters/fetchEventSource.ts',
  'adapters/reconnecting-websocket': 'src/adapters/reconnectingWebSocket.ts',
}

/** Taken in, in a file of its own: its "engines" asks for a newer Node than it needs, and users would be warned. */
const PARSER = 'eventsource-parser'

const plugins = [nodeResolve(), esbuild({ target: 'es2022', tsconfig: 'tsconfig.json' })]

// An import that is not found, a circle, mixed exports: a build that warns is no build.
const onLog = (level, log, handler) => {
  if (level === 'warn') throw new Error(`${log.code ?? 'WARNING'}: ${log.message}`)
  handler(level, log)
}

const isBinding = (id) => id.includes('/bindings/')

const library = {
  input: doors,
  // The bindings use the core by its name. It stays one core, whichever doors a page comes through.
  external: ['holdline', ...Object.keys(peerDependencies)].map((name) => new RegExp(`^${name}(/|$)`)),
  plugins,
  output: {
    dir: 'dist',
    format: 'es',
    paths: { holdline: './index.js', 'holdline/chat': './chat.js' },
    entryFileNames: '[name].js',
    // No hashes and no shortened names: releases can be compared, and read.
    // What the bindings share lies beside the doors, since `paths` below are as seen from there.
    chunkFileNames: ({ moduleIds }) => (moduleIds.some(isBinding) ? '[name].js' : 'shared/[name].js'),
    minifyInternalExports: false,
    manualChunks(id) {
      if (id.includes(`/node_modules/${PARSER}/`)) return PARSER
      if (/\/bindings\/shared\//.test(id)) return 'bindings'
      // What every door stands on is one file, not one for each set of doors.
      return /\/src\/(base|policy|connection)\/|\/src\/transports\/(env|envelope)\./.test(id) ? 'core' : undefined
    },
    sourcemap: true,
    hoistTransitiveImports: false,
  },
  onLog,
}

const cdn = {
  input: 'scripts/cdn.ts',
  plugins,
  output: {
    file: 'dist/cdn/holdline.min.js',
    format: 'es',
    banner: `/*! holdline ${version}, MIT. Holds eventsource-parser, MIT, (c) Espen Hovlandsdal. See THIRD_PARTY.md. */`,
    sourcemap: true,
    plugins: [terser({ module: true })],
  },
  onLog,
}

export default [library, cdn]
