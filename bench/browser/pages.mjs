// The pages that are measured: each is one script, bundled as for production with our package as it is built.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from '../../scripts/lib/run.mjs'

const ours = (name) => join(root, 'dist', `${name}.js`)
/** One of each, whoever asks for it: two copies of a framework would not know each other. */
const frameworks = ['react', 'react-dom', 'vue']

/** Our doors, by the names that a page imports them by; the deeper name has to come first. */
const doors = Object.fromEntries(
  ['chat/ui-message', 'chat', 'react', 'vue', 'index'].map((name) => [
    name === 'index' ? 'holdline' : `holdline/${name}`,
    ours(name),
  ]),
)

/** Bundles a page's script, from `bench/pages`. */
export async function bundlePage(entry) {
  if (!existsSync(ours('index'))) throw new Error('There is nothing to measure: run `npm run build` first.')
  const { outputFiles } = await build({
    entryPoints: [join(root, 'bench/pages', entry)],
    alias: {
      ...doors,
      ...Object.fromEntries(frameworks.map((name) => [name, join(root, 'bench/node_modules', name)])),
    },
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    jsx: 'automatic',
    bundle: true,
    minify: true,
    // Names in a profile.
    keepNames: false,
    format: 'iife',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0].text
}

const STYLE = `body { font: 15px/1.5 sans-serif; margin: 0 } main { max-width: 720px; margin: auto }
article { padding: 8px 12px; margin: 8px 0; border: 1px solid #ccc; border-radius: 8px }
p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }`

/** The document around a script. */
export const documentOf = (script) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>bench</title><style>${STYLE}</style>` +
  `<body><main id="root"></main><script>${script.replaceAll('</script', '<\\/script')}</script></body></html>`

/** Lets a page's clock be as fine as it can be: browsers blur it for pages that share a process with others. */
export const isolated = {
  'content-type': 'text/html; charset=utf-8',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}
