// `npm run build:play [-- folder]`: the playground as a folder that any Node can serve, without node_modules:
// `node server.mjs`.
import { statSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { install } from './lib/install.mjs'
import { buildPages, bundleWhole } from './lib/playground.mjs'
import { endWithNpm, root } from './lib/run.mjs'

/** What the embedded assistant answers from. */
const DOCUMENTS = ['README.md', 'PROTOCOL.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'docs', 'LICENSE', 'THIRD_PARTY.md']

const NOT_OURS = new Set(['node_modules', 'dist', 'api', '.vitepress'])

endWithNpm()
const folder = process.argv[2] ? resolve(process.argv[2]) : join(root, '.playground/site')
/** Markdown, and nothing that was made from it. */
const isDocument = (path) =>
  statSync(path).isDirectory()
    ? !NOT_OURS.has(basename(path))
    : !path.includes(join(root, 'docs')) || path.endsWith('.md')

process.chdir(root)
try {
  await install()
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await buildPages(join(folder, 'pages'))
  await bundleWhole(join(folder, 'server.mjs'))
  for (const name of DOCUMENTS) await cp(join(root, name), join(folder, name), { recursive: true, filter: isDocument })
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
const way = relative(root, folder)
const shown = way.startsWith('..') ? folder : way
console.log(`The playground is in ${shown}; serve it by: node ${shown}/server.mjs`)
