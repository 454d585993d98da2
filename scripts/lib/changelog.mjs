// CHANGELOG.md in the form of Keep a Changelog: what waits in changesets becomes entries under the headings of a version.

const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']
const BY_STEP = { major: 'Changed', minor: 'Added', patch: 'Fixed' }

/** "Added (chat): text" goes under "Added: chat". What names no kind goes by how large a step it is. */
export function entryOf({ summary, step }) {
  const [, kind, area, text] = /^(\w+)(?: \(([^)]+)\))?: ([^]*)$/.exec(summary.trim()) ?? []
  if (!KINDS.includes(kind)) return { heading: BY_STEP[step], text: summary.trim() }
  return { heading: area ? `${kind}: ${area}` : kind, text: text.trim() }
}

/** The headings of a section with what stands under them; what stands above the first one has none. */
function headingsIn(section) {
  const found = new Map()
  for (const part of section.split(/^(?=### )/m)) {
    const [, heading = '', body] = /^(?:### (.+)\n)?([^]*)$/.exec(part)
    if (heading || body.trim()) found.set(heading, [found.get(heading), body.trim()].filter(Boolean).join('\n'))
  }
  return found
}

const asItem = (text) => `- ${text.replaceAll('\n', '\n  ').replaceAll(/^ +$/gm, '')}`

/** The changelog with a version more: what stood under "Unreleased", and what waited in changesets. */
export function withVersion(changelog, { version, date, changes }) {
  const [, head, waiting, older] = /^([^]*?)^## \[Unreleased\]\n([^]*?)(?=^## \[|(?![^]))([^]*)$/m.exec(changelog) ?? []
  if (head === undefined) throw new Error('CHANGELOG.md has no section "Unreleased"')
  if (older.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md has a version ${version} already`)
  const headings = headingsIn(waiting)
  for (const { heading, text } of changes.map(entryOf))
    headings.set(heading, [headings.get(heading), asItem(text)].filter(Boolean).join('\n'))
  const section = [...headings].map(([heading, body]) => `${heading ? `### ${heading}\n\n` : ''}${body}\n\n`)
  return `${head}## [Unreleased]\n\n## [${version}] - ${date}\n\n${section.join('')}${older}`
}
