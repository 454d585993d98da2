// `npm run release:version`: makes a version of the changes that wait in .changeset: the number everywhere it stands, and the
// entries of the changelog. Nothing is committed, and nothing is published.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import getReleasePlan from '@changesets/get-release-plan'
import { withVersion } from './lib/changelog.mjs'
import { root, run } from './lib/run.mjs'

const read = (path) => readFileSync(join(root, path), 'utf8')
const write = (path, text) => writeFileSync(join(root, path), text)

/** Handed over as CommonJS: what is meant may lie one deeper. */
const planOf = getReleasePlan.default ?? getReleasePlan

async function makeVersion() {
  const { changesets, releases } = await planOf(root)
  const [release] = releases
  if (!release || release.type === 'none')
    throw new Error('No change waits for a release. `npm run change` writes one down.')
  const { oldVersion, newVersion: version } = release
  const changes = changesets.map(({ summary, releases: [{ type }] }) => ({ summary, step: type }))
  const date = new Date().toISOString().slice(0, 10)
  const changelog = withVersion(read('CHANGELOG.md'), { version, date, changes })

  const { code, output } = await run('changeset', ['version'], { quiet: true })
  if (code !== 0) throw new Error(output)
  write('CHANGELOG.md', changelog)
  const lock = JSON.parse(read('package-lock.json'))
  lock.version = version
  lock.packages[''].version = version
  write('package-lock.json', `${JSON.stringify(lock, undefined, 2)}\n`)
  write('README.md', read('README.md').replaceAll(`holdline-${oldVersion}.tgz`, `holdline-${version}.tgz`))
  console.log(`${oldVersion} is ${version} now, with ${changes.length} changes from .changeset.`)
}

try {
  await makeVersion()
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
