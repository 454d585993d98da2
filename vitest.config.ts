import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { playwright } from '@vitest/browser-playwright'
import type { Plugin } from 'vite'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import type { BrowserProviderOption } from 'vitest/node'
import { browsers, chromiumFlags } from './test/support/browsers.ts'
import { webkit } from './test/support/webkit-provider.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

type Engine = 'chromium' | 'firefox' | 'webkit'

/** Starts the server that the pages under test talk to. */
const setUpServer = 'test/support/global-setup.ts'

/** The contract's listeners name the package for Node; a page has a WebSocket of its own. The server is no page. */
const ownWebSocket: Plugin = {
  name: 'own-web-socket',
  enforce: 'pre',
  resolveId: (id, importer) =>
    id === 'ws' && importer?.endsWith('/test/contract/listen.ts') ? at('test/support/ws.ts') : undefined,
}

/** One project per engine: vitest refuses instances of one project that differ in provider. */
const engine = (name: Engine, provider: BrowserProviderOption, headless = true): TestProjectInlineConfiguration => ({
  extends: true,
  plugins: [vue(), react(), ownWebSocket],
  cacheDir: `node_modules/.vite-${name}`, // the engines run at once; each needs its own optimised dependencies
  // Named here so that vite does not meet them half way through and reload the page under a running test.
  optimizeDeps: {
    include: [
      '@ai-sdk/react',
      '@ai-sdk/vue',
      'eventsource-parser',
      'fast-check',
      'react',
      'react-dom',
      'react-dom/client',
      'react/jsx-runtime',
      'react/jsx-dev-runtime',
      'vue',
      'vitest-browser-react',
      'vitest-browser-vue',
    ],
  },
  test: {
    name: `in-${name}`, // the instance below is what appears as "chromium"
    include: ['test/browser/**/*.test.{ts,tsx}'],
    globalSetup: existsSync(at(setUpServer)) ? [setUpServer] : [],
    browser: {
      enabled: true,
      headless,
      screenshotFailures: false,
      provider,
      instances: [{ browser: name, name }],
      api: { host: '127.0.0.1' },
    },
  },
})

const engines: Record<Engine, () => TestProjectInlineConfiguration | undefined> = {
  chromium: () =>
    browsers.chromium
      ? engine('chromium', playwright({ launchOptions: { executablePath: browsers.chromium, args: chromiumFlags } }))
      : undefined,
  // "moz-firefox" = stock Firefox over WebDriver BiDi. Playwright 1.64 drives ESR 153; 1.65 sends a command ESR does not know.
  firefox: () =>
    browsers.firefox
      ? engine('firefox', playwright({ launchOptions: { channel: 'moz-firefox', executablePath: browsers.firefox } }))
      : undefined,
  webkit: () =>
    browsers.webkitDriver && browsers.miniBrowser && browsers.xvfb
      ? engine(
          'webkit',
          webkit({ driver: browsers.webkitDriver, miniBrowser: browsers.miniBrowser, xvfb: browsers.xvfb }),
          false,
        )
      : undefined,
}

const installed: TestProjectInlineConfiguration[] = []
const skipped: string[] = []
for (const [name, make] of Object.entries(engines)) {
  const project = make()
  if (project) installed.push(project)
  else skipped.push(`${name} ${process.env.HOLDLINE_SKIP_BROWSERS ? 'is not wanted' : 'is not installed'}`)
}
if (!browsers.chromium) skipped.push('e2e needs Chromium')

// This file is read once for each project; once is enough.
if (!process.env.HOLDLINE_SKIPS_TOLD) for (const what of skipped) console.log(`skipped: ${what}`)
process.env.HOLDLINE_SKIPS_TOLD = 'yes'

export default defineConfig({
  resolve: {
    // Tests run the sources, by the names that users write. Longer names first.
    alias: [
      { find: 'holdline/dialects', replacement: at('src/dialects/index.ts') },
      { find: 'holdline/inspector', replacement: at('src/inspector/index.ts') },
      { find: 'holdline/adapters/fetch-event-source', replacement: at('src/adapters/fetchEventSource.ts') },
      { find: 'holdline/adapters/reconnecting-websocket', replacement: at('src/adapters/reconnectingWebSocket.ts') },
      { find: 'holdline/testing', replacement: at('src/testing/index.ts') },
      { find: 'holdline/ai-sdk', replacement: at('src/aiSdk/index.ts') },
      { find: 'holdline/tanstack', replacement: at('src/tanstack/index.ts') },
      { find: 'holdline/react', replacement: at('bindings/react/index.ts') },
      { find: 'holdline/chat/openai-responses', replacement: at('src/chat/protocols/openAiResponses.ts') },
      { find: 'holdline/chat/openai', replacement: at('src/chat/protocols/openAi.ts') },
      { find: 'holdline/chat/anthropic', replacement: at('src/chat/protocols/anthropic.ts') },
      { find: 'holdline/chat/gemini', replacement: at('src/chat/protocols/gemini.ts') },
      { find: 'holdline/chat/ollama', replacement: at('src/chat/protocols/ollama.ts') },
      { find: 'holdline/chat/text', replacement: at('src/chat/protocols/text.ts') },
      { find: 'holdline/chat/ui-message', replacement: at('src/chat/protocols/uiMessage.ts') },
      { find: 'holdline/chat/ag-ui', replacement: at('src/chat/protocols/agUi.ts') },
      { find: 'holdline/chat/langgraph', replacement: at('src/chat/protocols/langGraph.ts') },
      { find: 'holdline/chat/chatgpt-stream-output', replacement: at('src/chat/protocols/chatGptStreamOutput.ts') },
      { find: 'holdline/chat/indexed-db', replacement: at('src/chat/indexedDb.ts') },
      { find: 'holdline/chat/auto', replacement: at('src/chat/protocols/auto.ts') },
      { find: 'holdline/chat', replacement: at('src/chat/index.ts') },
      { find: 'holdline/vue', replacement: at('bindings/vue/index.ts') },
      { find: /^holdline$/, replacement: at('src/index.ts') },
    ],
  },
  test: {
    testTimeout: 30_000,
    // A machine that is busy with something else takes its time; what is waited for ends the wait at once.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: [
            'test/house.test.ts',
            'test/{unit,contract,adapters,server,consumers,chaos,tools,secure,real,protocols}/**/*.test.{ts,tsx}',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: 'tsc',
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'tsconfig.types.json',
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          environment: 'node',
          include: browsers.chromium ? ['test/e2e/**/*.test.ts'] : [],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // When the engines are done: a page that is watched for its frames wants a quiet machine, as far as there is one.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'lifecycle',
          environment: 'node',
          include: browsers.chromium ? ['test/lifecycle/**/*.test.ts'] : [],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Which page is seen, and which one sleeps, is a matter of the whole machine.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      ...installed,
    ],
  },
})
