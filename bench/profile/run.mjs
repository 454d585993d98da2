// `npm run bench -- --profile`: where bytes, time and memory go in holdline, and what other waits would do to a herd. With
// `--write` the tables take their places in docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from '../lib/files.mjs'
import { floodProfile } from './flood.mjs'
import { heapProfile } from './heap.mjs'
import { herdProfile } from './herd.mjs'
import { sizeProfile } from './size.mjs'

const page = join(projectFolder, 'docs/performance.md')
const profiles = { size: sizeProfile, flood: floodProfile, herd: herdProfile, heap: heapProfile }

let text = readFileSync(page, 'utf8')
for (const [name, profile] of Object.entries(profiles)) {
  const table = await profile()
  console.log(`\n${name}\n\n${table}`)
  const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`)
  if (!place.test(text)) throw new Error(`docs/performance.md has no place for the table "${name}"`)
  text = text.replace(place, (_, begin, end) => `${begin}\n${table}\n\n${end}`)
}
if (process.argv.includes('--write')) writeFileSync(page, text)
// Sockets and servers of the measured lines may still be about.
process.exit()
