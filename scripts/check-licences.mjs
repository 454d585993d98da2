// `npm run check:licences`: everything that a user gets with holdline is under a licence that lets him use it: what is built
// into our files, and our peers with what they bring along. THIRD_PARTY.md names what is built in, and nothing else.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/run.mjs'
import { bundledIn, complaintsAbout, everythingBehind, isAllowed } from './lib/shipped.mjs'

const read = (path) => readFileSync(join(root, path), 'utf8')
const pkg = JSON.parse(read('package.json'))
const { packages } = JSON.parse(read('package-lock.json'))

if (!existsSync(join(root, 'dist/index.js.map'))) {
  console.error('There is nothing to look into: run `npm run build` first.')
  process.exit(1)
}

assert.equal(pkg.license, 'MIT')
assert.match(read('LICENSE'), /^MIT License/)
assert.ok(pkg.files.includes('THIRD_PARTY.md'), 'THIRD_PARTY.md must be in the package')

const bundled = [...bundledIn(root)].map(([name, files]) => ({
  name,
  files,
  licenceText: read(`node_modules/${name}/LICENSE`),
}))
const complaints = complaintsAbout(read('THIRD_PARTY.md'), bundled)
assert.deepEqual(complaints, [], `THIRD_PARTY.md and dist differ: ${complaints.join('; ')}`)
for (const { name, files } of bundled) {
  assert.ok(
    isAllowed(packages[`node_modules/${name}`].license),
    `${name} is under ${packages[`node_modules/${name}`].license}`,
  )
  console.log(`ok  ${name} is built into ${files.join(' and ')}, and THIRD_PARTY.md says so`)
}
// The file for script tags travels alone.
const [banner] = read(pkg.unpkg).split('\n')
for (const { name, files } of bundled)
  if (files.includes(pkg.unpkg.slice(2))) assert.ok(banner.includes(name), `${pkg.unpkg} does not name ${name}`)

const behind = everythingBehind(packages, [
  ...Object.keys(pkg.dependencies ?? {}),
  ...Object.keys(pkg.peerDependencies),
  ...bundled.map(({ name }) => name),
])
const refused = behind.filter(({ license }) => !isAllowed(license))
for (const { name, version, license } of refused) console.error(`${name} ${version} is under ${license}`)
if (refused.length > 0) {
  process.exitCode = 1
} else {
  const names = [...new Set(behind.map(({ license }) => license))]
  console.log(`ok  our peers, with all they bring along, are ${behind.length} packages under ${names.join(', ')}`)
}
