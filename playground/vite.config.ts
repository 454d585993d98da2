import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { pageFiles } from './pages.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** `[[Chat|聊天]]`: the style sheet shows the one that `theme.js` has chosen, so it never flashes in the other language. */
const inBoth = (html: string): string =>
  html.replaceAll(
    /\[\[([^|\]]+)\|([^\]]+)\]\]/g,
    '<span class="says" lang="en">$1</span><span class="says" lang="zh">$2</span>',
  )

/** The bar on top of every page, written once: it stands before any framework runs, so nothing jumps. */
const bar = (): Plugin => ({
  name: 'playground-bar',
  transformIndexHtml: {
    order: 'pre',
    handler(html, { path }) {
      const [, own, file] = /^\/(vue|react)\/(.*)$/.exec(path) ?? []
      const kind = own && (pageFiles.find((page) => page !== 'index' && file === `${page}.html`) ?? 'chat')
      const to = (framework: string): string => `/${framework}/${kind === 'chat' ? '' : (file ?? '')}`
      const filled = readFileSync(at('shared/bar.html'), 'utf8')
        .replace(`data-kind="${kind}"`, '$& aria-current="page"')
        .replace(`data-framework="${own}"`, '$& aria-current="true"')
        .replaceAll('%own%', `/${own ?? 'vue'}/`)
        .replaceAll('%vue%', to('vue'))
        .replaceAll('%react%', to('react'))
      return inBoth(html.replace('<!--bar-->', filled))
    },
  },
})

/** The protocols behind doors of their own, by the files that they are. */
const protocols = {
  'ag-ui': 'agUi',
  anthropic: 'anthropic',
  auto: 'auto',
  'chatgpt-stream-output': 'chatGptStreamOutput',
  gemini: 'gemini',
  langgraph: 'langGraph',
  ollama: 'ollama',
  'openai-responses': 'openAiResponses',
  text: 'text',
  'ui-message': 'uiMessage',
}

export default defineConfig({
  root: at('.'),
  plugins: [
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'holdline-inspector' } } }),
    react(),
    bar(),
  ],
  resolve: {
    // The pages run the sources, by the names that users write. Longer names first.
    alias: [
      { find: 'holdline/react', replacement: at('../bindings/react/index.ts') },
      ...Object.entries(protocols).map(([door, file]) => ({
        find: `holdline/chat/${door}`,
        replacement: at(`../src/chat/protocols/${file}.ts`),
      })),
      { find: 'holdline/chat', replacement: at('../src/chat/index.ts') },
      { find: 'holdline/inspector', replacement: at('../src/inspector/index.ts') },
      { find: 'holdline/vue', replacement: at('../bindings/vue/index.ts') },
      { find: /^holdline$/, replacement: at('../src/index.ts') },
    ],
  },
  build: {
    outDir: at('../.playground/pages'),
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      input: ['index', ...['vue', 'react'].flatMap((own) => pageFiles.map((page) => `${own}/${page}`))].map((page) =>
        at(`${page}.html`),
      ),
    },
  },
  // For work on the pages: they come from here, the answers from a playground server started beside it.
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: process.env.PLAYGROUND_SERVER ?? 'http://127.0.0.1:4400', ws: true } },
  },
})
