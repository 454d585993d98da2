// A package can be published before the other platforms' binaries of its release. npm then writes a lock file without them:
// "npm ci" refuses it, and nobody on another system could install. This says so at once.
import { readFileSync } from 'node:fs'

const read = (file) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
const complaints = []

// The peers of the benchmarks have a lock file of their own.
for (const folder of ['', 'bench/']) {
  const file = `${folder}package-lock.json`
  const { packages } = read(file)
  const { version } = read(`${folder}package.json`)
  if (packages[''].version !== version) {
    complaints.push(`${file} is of version ${packages[''].version}, package.json of ${version}`)
  }
  for (const [path, { version: locked, resolved, optionalDependencies = {} }] of Object.entries(packages)) {
    const missing = Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    )
    if (missing.length > 0) {
      complaints.push(
        `${file}: ${path} ${locked}: ${missing.length} optional packages are not locked, such as ${missing[0]}`,
      )
    }
    // Whoever installs has a registry of his own.
    if (/^https?:/.test(resolved ?? ''))
      complaints.push(`${file}: ${path} names the registry it came from: ${resolved}`)
  }
}

for (const complaint of complaints) console.error(complaint)
process.exitCode = complaints.length > 0 ? 1 : 0
