import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

/** Packages of other versions than the project's own lie here, one folder for each set. It may be deleted at any time. */
const SHELF = join(root, 'node_modules/.versions')

/** Installs a set of packages aside, unless it is there already, and returns its folder. */
export async function aside(name, dependencies) {
  const folder = join(SHELF, name)
  const manifest = `${JSON.stringify({ private: true, dependencies }, undefined, 2)}\n`
  const file = join(folder, 'package.json')
  // The manifest is written last: what is there has been installed to the end.
  if (existsSync(file) && readFileSync(file, 'utf8') === manifest) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const specs = Object.entries(dependencies).map(([dependency, version]) => `${dependency}@${version}`)
  // With a manifest of its own; else npm would look for one further up, and find the project.
  writeFileSync(file, '{ "private": true }\n')
  const { code, output } = await run(
    'npm',
    ['install', '--no-save', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...specs],
    { quiet: true, cwd: folder },
  )
  if (code !== 0) throw new Error(`${name} could not be installed:\n${output}`)
  writeFileSync(file, manifest)
  return folder
}

/** The oldest version that a range lets in: ">=18" is 18.0.0, "^6.2.0" is 6.2.0. */
export function oldest(range) {
  const [, major, minor = '0', patch = '0'] = /^(?:>=|\^|~)?(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(range) ?? []
  if (major === undefined) throw new Error(`This range is more than can be read: ${range}`)
  return `${major}.${minor}.${patch}`
}
