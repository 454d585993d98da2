// Node 20 cannot read TypeScript: this lets a script use a TypeScript module of the project.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'

/** Bundles a file of the project for this Node; packages stay outside. */
export async function bundle(source, outfile) {
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
  })
}

/** Imports a TypeScript module of the project. */
export async function load(source) {
  // Inside node_modules, so that the packages which stay outside are found.
  const outfile = join(root, 'node_modules/.cache/holdline', source.replaceAll('/', '-').replace(/\.ts$/, '.mjs'))
  await bundle(source, outfile)
  return import(pathToFileURL(outfile).href)
}
