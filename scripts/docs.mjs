// `npm run docs`: the documents as a site, with the reference of every door, from a fresh clone. `npm run docs:build`
// writes it to docs/dist/site instead, and fails on any link that leads nowhere.
import { readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { emptyPages, writePages } from './lib/docs/pages.mjs'
import { writeReference } from './lib/docs/reference.mjs'
import { install } from './lib/install.mjs'
import { endWithNpm, root, run } from './lib/run.mjs'

const home = join(root, 'docs')
const port = Number(process.env.PORT || 4180)
const host = process.env.HOST || '127.0.0.1'

/** A file of JSON; undefined where it is missing or broken, which means that it is not installed. */
const read = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** What builds the site is a package of its own, which only this script needs. */
async function installSite() {
  const wanted = read(join(home, 'package.json')).devDependencies.vitepress
  if (read(join(home, 'node_modules/vitepress/package.json'))?.version === wanted) return
  console.log('installing what builds the site (npm ci) …')
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund']
  const { code, output } = await run('npm', args, { quiet: true, cwd: home })
  if (code !== 0) throw new Error(`${output}\nThe site could not be installed: npm ci ended with code ${code}.`)
}

/** Editors write a file in several steps; one look after the last of them is enough. */
function follow() {
  let soon
  const look = () => {
    clearTimeout(soon)
    soon = setTimeout(() => {
      try {
        writePages()
      } catch (error) {
        console.error(error.message)
      }
    }, 100)
  }
  for (const folder of ['.', 'docs', 'docs/guides']) {
    watch(join(root, folder), (_, name) => name?.endsWith('.md') && look())
  }
}

endWithNpm()
try {
  await install()
  await installSite()
  console.log('writing the reference …')
  await writeReference(emptyPages())
  writePages()
  const { build, createServer } = await import(
    pathToFileURL(join(home, 'node_modules/vitepress/dist/node/index.js')).href
  )
  if (process.argv[2] === 'build') {
    await build(home)
    // What the build leaves open would keep this process.
    process.exit(0)
  }
  const server = await createServer(home, { port, host })
  await server.listen()
  server.printUrls()
  follow()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
