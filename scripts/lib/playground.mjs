// Builds the playground's pages and server.
import { root } from './run.mjs'

/** Builds the pages; where to is for the configuration to say unless it is said here. */
export async function buildPages(outDir) {
  const { build } = await import('vite')
  await build({ configFile: 'playground/vite.config.ts', logLevel: 'warn', ...(outDir ? { build: { outDir } } : {}) })
}

/** Bundles the server with every package in it, for a machine that has nothing but Node. It runs in its own folder. */
export async function bundleWhole(outfile) {
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: root,
    entryPoints: ['playground/server/main.ts'],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // What `ws` can do without.
    external: ['bufferutil', 'utf-8-validate'],
    // Packages that are CommonJS ask for Node's own modules by `require`, which an ES module has to make.
    banner: {
      js: [
        "import { createRequire as createRequireHere } from 'node:module'",
        'const require = createRequireHere(import.meta.url)',
        'process.chdir(import.meta.dirname)',
      ].join('\n'),
    },
    logLevel: 'error',
  })
}
