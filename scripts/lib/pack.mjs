import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

/** Packs what is built, as `npm publish` would, and returns the path of the tarball. */
export async function pack(folder) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const args = ['pack', '--ignore-scripts', '--pack-destination', folder]
  const { code, output } = await run('npm', args, { quiet: true })
  const tarball = join(folder, `holdline-${version}.tgz`)
  if (code !== 0 || !existsSync(tarball)) throw new Error(`npm pack made no ${tarball}:\n${output}`)
  return tarball
}
