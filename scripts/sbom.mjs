// `npm run sbom [-- <folder>]`: packs what is built and writes holdline-<version>.spdx.json beside it, the bill of materials
// in SPDX. npm writes it; here it is told that what is built in is in the tarball, and the tarball's own digest.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { pack } from './lib/pack.mjs'
import { root, run } from './lib/run.mjs'
import { bundledIn } from './lib/shipped.mjs'
import { billOf, complaintsAboutBill } from './lib/spdx.mjs'

const [where = '.'] = process.argv.slice(2)
const target = resolve(root, where)
const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
const bundled = [...bundledIn(root).keys()]

/** The package as it is shipped, for npm to describe: what is built in, and none of the tools. */
async function describe(folder) {
  const { name, version, description, license } = pkg
  const dependencies = Object.fromEntries(bundled.map((part) => [part, packages[`node_modules/${part}`].version]))
  const manifest = { name, version, description, license, dependencies }
  const entries = bundled.map((part) => {
    const { dev: _, ...entry } = packages[`node_modules/${part}`]
    return [`node_modules/${part}`, entry]
  })
  const lock = { name, version, lockfileVersion: 3, packages: { '': manifest, ...Object.fromEntries(entries) } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  const { code, output } = await run('npm', ['sbom', '--sbom-format', 'spdx', '--package-lock-only'], {
    quiet: true,
    cwd: folder,
  })
  if (code !== 0) throw new Error(`npm sbom failed:\n${output}`)
  return JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1))
}

const folder = mkdtempSync(join(tmpdir(), 'holdline-sbom-'))
try {
  mkdirSync(target, { recursive: true })
  const tarball = await pack(target)
  const digest = createHash('sha512').update(readFileSync(tarball)).digest('hex')
  const bill = billOf(await describe(folder), { file: basename(tarball), digest })
  const complaints = complaintsAboutBill(bill, [pkg.name, ...bundled])
  if (complaints.length > 0) throw new Error(`The bill of materials is wrong: ${complaints.join('; ')}`)
  const path = join(target, `${pkg.name}-${pkg.version}.spdx.json`)
  writeFileSync(path, `${JSON.stringify(bill, undefined, 2)}\n`)
  console.log(`ok  ${basename(path)}: ${pkg.name} ${pkg.version}, and in it ${bundled.join(', ')}`)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
