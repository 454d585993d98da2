// What a release is made of: versions and their changelog, licences, and the bill of materials.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { entryOf, withVersion } from '../../scripts/lib/changelog.mjs'
import { complaintsAbout, everythingBehind, isAllowed } from '../../scripts/lib/shipped.mjs'
import { type Bill, billOf, complaintsAboutBill } from '../../scripts/lib/spdx.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('the changelog', () => {
  test('a change says what it is and where, or goes by the size of its step', () => {
    expect(entryOf({ summary: 'Added (chat): more: of it\n', step: 'patch' })).toEqual({
      heading: 'Added: chat',
      text: 'more: of it',
    })
    expect(entryOf({ summary: 'Security: less', step: 'minor' })).toEqual({ heading: 'Security', text: 'less' })
    expect(entryOf({ summary: 'Note: less', step: 'minor' })).toEqual({ heading: 'Added', text: 'Note: less' })
    expect(entryOf({ summary: 'less', step: 'patch' }).heading).toBe('Fixed')
    expect(entryOf({ summary: 'less', step: 'major' }).heading).toBe('Changed')
  })

  test('a version takes what stood under Unreleased, and what waited joins it under its headings', () => {
    const before =
      '# Changelog\n\nFor readers.\n\n## [Unreleased]\n\nA word.\n\n### Added: chat\n\n- one\n\n### Changed\n\n- two\n\n## [0.1.0]\n\nThe first.\n'
    const changes = [
      { summary: 'Added (chat): three\nin two lines', step: 'minor' },
      { summary: 'four', step: 'patch' },
    ] as const
    expect(withVersion(before, { version: '0.2.0', date: '2026-11-21', changes })).toBe(
      '# Changelog\n\nFor readers.\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-21\n\nA word.\n\n### Added: chat\n\n- one\n- three\n  in two lines\n\n### Changed\n\n- two\n\n### Fixed\n\n- four\n\n## [0.1.0]\n\nThe first.\n',
    )
  })

  test('nothing is made of a changelog that has no place for it, or has the version already', () => {
    const release = { version: '0.1.0', date: '2026-11-21', changes: [] }
    expect(() => withVersion('# Changelog\n', release)).toThrow('no section "Unreleased"')
    expect(() => withVersion('## [Unreleased]\n\n## [0.1.0]\n', release)).toThrow('0.1.0 already')
  })
})

describe('npm run release:version', () => {
  /** A project with these changes waiting, and nothing else of ours in it but what makes versions. */
  function project(changes: Readonly<Record<string, string>>) {
    const folder = mkdtempSync(join(tmpdir(), 'holdline-release-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    const write = (path: string, content: unknown): void =>
      writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
    mkdirSync(join(folder, '.changeset'))
    cpSync(join(root, '.changeset/config.json'), join(folder, '.changeset/config.json'))
    write('package.json', { name: 'holdline', version: '1.2.3', type: 'module' })
    write('package-lock.json', { name: 'holdline', version: '1.2.3', packages: { '': { version: '1.2.3' } } })
    write('README.md', 'npm install ./holdline-1.2.3.tgz\n')
    write('CHANGELOG.md', '# Changelog\n\n## [Unreleased]\n\n## [1.2.3]\n\nIt.\n')
    for (const [name, text] of Object.entries(changes)) write(`.changeset/${name}.md`, text)
    return {
      read: (path: string) => readFileSync(join(folder, path), 'utf8'),
      waiting: () => readdirSync(join(folder, '.changeset')).filter((name) => name.endsWith('.md')),
      release: () => promisify(execFile)(process.execPath, ['scripts/release-version.mjs'], { cwd: folder }),
    }
  }

  test('writes the number wherever it stands, and the changelog, and uses the changes up', async () => {
    const { read, waiting, release } = project({
      one: "---\n'holdline': minor\n---\n\nAdded (chat): one.\n",
      two: "---\n'holdline': patch\n---\n\ntwo.\n",
    })
    await release()
    expect(JSON.parse(read('package.json'))).toMatchObject({ version: '1.3.0' })
    expect(JSON.parse(read('package-lock.json'))).toMatchObject({
      version: '1.3.0',
      packages: { '': { version: '1.3.0' } },
    })
    expect(read('README.md')).toContain('holdline-1.3.0.tgz')
    expect(read('CHANGELOG.md')).toMatch(
      /^# Changelog\n\n## \[Unreleased\]\n\n## \[1\.3\.0\] - \d{4}-\d\d-\d\d\n\n### Added: chat\n\n- one\.\n\n### Fixed\n\n- two\.\n\n## \[1\.2\.3\]/,
    )
    expect(waiting()).toEqual([])
  })

  test('without a change it says so, and touches nothing', async () => {
    const { read, release } = project({})
    await expect(release()).rejects.toThrow('No change waits')
    expect(JSON.parse(read('package.json'))).toMatchObject({ version: '1.2.3' })
  })
})

describe('licences', () => {
  test('an expression is let in where it leaves a choice that is on the list', () => {
    for (const name of ['MIT', '(AFL-2.1 OR BSD-3-Clause)', '(MIT AND ISC)']) expect(isAllowed(name)).toBe(true)
    for (const name of ['GPL-3.0', '(MIT AND GPL-3.0)', 'SEE LICENSE IN FILE', '', undefined])
      expect(isAllowed(name)).toBe(false)
  })

  test('what a package brings along is found beside it, further up, and among the peers it cannot do without', () => {
    const packages = {
      'node_modules/a': { version: '1', dependencies: { b: '*', c: '*' } },
      'node_modules/a/node_modules/b': { version: '2', dependencies: { d: '*' } },
      'node_modules/b': { version: '3' },
      'node_modules/c': {
        version: '4',
        peerDependencies: { e: '*', f: '*' },
        peerDependenciesMeta: { f: { optional: true } },
      },
      'node_modules/d': { version: '5' },
      'node_modules/e': { version: '6', dependencies: { a: '*', nowhere: '*' } },
      'node_modules/f': { version: '7' },
    }
    const found = everythingBehind(packages, ['a']).map(({ name, version }) => `${name} ${version}`)
    expect(found.sort()).toEqual(['a 1', 'b 2', 'c 4', 'd 5', 'e 6'])
  })

  test('THIRD_PARTY.md names what is built in, where, under its licence, and nothing else', () => {
    const part = { name: 'parser', files: ['dist/one.js'], licenceText: 'You\nmay.\n' }
    const document = '# Others\n\n`dist/one.js`\n\n## parser\n\nYou may.\n'
    expect(complaintsAbout(document, [part])).toEqual([])
    expect(complaintsAbout(document, [])).toEqual([
      'it names parser, which is not built in',
      'it names dist/one.js, which holds nothing of others',
    ])
    expect(complaintsAbout('# Others\n', [part])).toEqual([
      'it has no section on parser',
      'it has not the licence of parser, word for word',
      'it does not name dist/one.js',
    ])
  })
})

describe('the bill of materials', () => {
  const described: Bill = {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    dataLicense: 'CC0-1.0',
    documentNamespace: 'http://spdx.org/spdxdocs/holdline',
    creationInfo: { created: '2026-11-21T00:00:00.123Z', creators: ['Tool: npm'] },
    packages: [
      {
        SPDXID: 'SPDXRef-own',
        name: 'holdline',
        versionInfo: '1.0.0',
        downloadLocation: 'NOASSERTION',
        licenseDeclared: 'MIT',
      },
      {
        SPDXID: 'SPDXRef-part',
        name: 'parser',
        versionInfo: '2.0.0',
        downloadLocation: 'NOASSERTION',
        licenseDeclared: 'MIT',
        checksums: [{ algorithm: 'SHA512', checksumValue: 'aa' }],
      },
    ],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relatedSpdxElement: 'SPDXRef-own', relationshipType: 'DESCRIBES' },
      { spdxElementId: 'SPDXRef-part', relatedSpdxElement: 'SPDXRef-own', relationshipType: 'DEPENDENCY_OF' },
    ],
  }
  const shipped = { file: 'holdline.tgz', digest: 'bb' }

  test('what npm calls a dependency is contained in the tarball, whose digest is told', () => {
    const bill = billOf(described, shipped)
    expect(complaintsAboutBill(bill, ['holdline', 'parser'])).toEqual([])
    expect(bill.relationships[1]).toEqual({
      spdxElementId: 'SPDXRef-own',
      relatedSpdxElement: 'SPDXRef-part',
      relationshipType: 'CONTAINS',
    })
    expect(bill.packages[0]).toMatchObject({
      packageFileName: 'holdline.tgz',
      checksums: [{ algorithm: 'SHA512', checksumValue: 'bb' }],
    })
  })

  test('what is missing, or leads nowhere, is told', () => {
    expect(complaintsAboutBill(described, ['holdline', 'parser'])).toEqual([
      'it does not say when it was made, in seconds',
      'holdline has no digest',
      'what is built in must be contained',
    ])
    expect(complaintsAboutBill(billOf(described, shipped), ['holdline', 'parser', 'other'])).toEqual([
      'it lists holdline, parser',
    ])
    const torn = { ...billOf(described, shipped), packages: described.packages.slice(1) }
    expect(complaintsAboutBill(torn, ['parser'])).toContain('DESCRIBES leads nowhere')
  })
})
