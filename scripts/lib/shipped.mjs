// What is in the built files that is not ours, and under which licences what users get stands.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Licences that ask for no more than their own text to be kept. */
export const ALLOWED = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
]

/** Whether an SPDX expression leaves us a choice that is on the list. */
export function isAllowed(expression) {
  if (typeof expression !== 'string') return false
  const plain = expression.replaceAll(/[()]/g, ' ').trim()
  return plain
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((name) => ALLOWED.includes(name.trim())))
}

/** Where the lock file holds what a package means by a name: beside it, or further up. */
export function placeOf(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder}${folder === '' ? '' : '/'}node_modules/${name}`
    if (packages[path]) return path
    if (folder === '' || !folder.includes('/node_modules/'))
      return packages[`node_modules/${name}`] && `node_modules/${name}`
  }
}

/** Every package that comes along with these: what they depend on, and the peers that they cannot do without. */
export function everythingBehind(packages, names) {
  const found = new Map()
  const visit = (from, name) => {
    const path = placeOf(packages, from, name)
    // Not installed here, as what is made for another system.
    if (!path || found.has(path)) return
    const { version, license, dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = packages[path]
    found.set(path, { name: path.slice(path.lastIndexOf('node_modules/') + 13), version, license })
    for (const next of Object.keys(dependencies)) visit(path, next)
    for (const next of Object.keys(peerDependencies)) if (!peerDependenciesMeta[next]?.optional) visit(path, next)
  }
  for (const name of names) visit('', name)
  return [...found.values()]
}

/** Which packages are built into which files, as the source maps tell it: name -> files, from the root. */
export function bundledIn(root) {
  const bundled = new Map()
  for (const entry of readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.js.map')) continue
    const path = join(entry.parentPath, entry.name)
    const file = path.slice(root.length, -'.map'.length).replaceAll('\\', '/')
    for (const source of JSON.parse(readFileSync(path, 'utf8')).sources) {
      const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source) ?? []
      if (name) bundled.set(name, (bundled.get(name) ?? new Set()).add(file))
    }
  }
  return new Map([...bundled].map(([name, files]) => [name, [...files]]))
}

const flat = (text) => text.replaceAll(/\s+/g, ' ').trim()

/** What THIRD_PARTY.md leaves out of what is bundled, or says too much. */
export function complaintsAbout(document, bundled) {
  const sections = [...document.matchAll(/^## (.+)$/gm)].map(([, name]) => name)
  const complaints = sections
    .filter((name) => !bundled.some((part) => part.name === name))
    .map((name) => `it names ${name}, which is not built in`)
  for (const { name, files, licenceText } of bundled) {
    if (!sections.includes(name)) complaints.push(`it has no section on ${name}`)
    if (!flat(document).includes(flat(licenceText))) complaints.push(`it has not the licence of ${name}, word for word`)
    for (const file of files) if (!document.includes(`\`${file}\``)) complaints.push(`it does not name ${file}`)
  }
  const named = [...document.matchAll(/`(dist\/[^`]+)`/g)].map(([, file]) => file)
  const held = bundled.flatMap(({ files }) => files)
  return [
    ...complaints,
    ...named.filter((file) => !held.includes(file)).map((file) => `it names ${file}, which holds nothing of others`),
  ]
}
