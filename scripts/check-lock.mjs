// A package can be published before the other platforms' binaries of its release. npm then writes a lock file without them:
// "npm ci" refuses it, and nobody on another system could install. This says so at once.
import { readFileSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const complaints = []

if (packages[''].version !== version) {
  complaints.push(`the lock file is of version ${packages[''].version}, package.json of ${version}`)
}
for (const [path, { version: locked, optionalDependencies = {} }] of Object.entries(packages)) {
  const missing = Object.keys(optionalDependencies).filter(
    (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
  )
  if (missing.length > 0) {
    complaints.push(`${path} ${locked}: ${missing.length} optional packages are not locked, such as ${missing[0]}`)
  }
}

for (const complaint of complaints) console.error(complaint)
process.exitCode = complaints.length > 0 ? 1 : 0
