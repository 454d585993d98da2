// Which part of the sources the bytes of a bundle come from. Minified: compressed bytes belong to no single file.
import { join } from 'node:path'
import { build } from 'esbuild'
import { benchFolder, projectFolder } from '../lib/files.mjs'
import { table, told } from '../lib/table.mjs'
import { bundles } from '../size/bundles.mjs'

const shown = {
  'WebSocket only': 'holdline, WebSocket only',
  'all transports': 'holdline, all (SSE parser outside)',
  'chat in React': 'holdline useChat (React)',
}

const at = (path) => join(projectFolder, path)
/** The deeper name has to come first. */
const alias = {
  'holdline/chat': at('src/chat/index.ts'),
  'holdline/react': at('bindings/react/index.ts'),
  holdline: at('src/index.ts'),
}

/** The files of a bundle, with the bytes that each adds. */
async function filesOf({ source }) {
  const { metafile } = await build({
    stdin: { contents: source, resolveDir: benchFolder },
    alias,
    external: ['react'],
    absWorkingDir: projectFolder,
    bundle: true,
    minify: true,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    outfile: 'out.js',
    write: false,
    logLevel: 'error',
  })
  const [{ inputs }] = Object.values(metafile.outputs)
  return Object.entries(inputs).map(([file, { bytesInOutput }]) => [file, bytesInOutput])
}

const areaOf = (file) =>
  /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0].replace('node_modules/', '') ??
  /^(src\/\w+|bindings)\//.exec(file)?.[1] ??
  'the doors themselves'

export async function sizeProfile() {
  const bundled = await Promise.all(Object.values(shown).map((name) => filesOf(bundles[name])))
  const areas = new Set(bundled.flatMap((files) => files.map(([file]) => areaOf(file))))
  const sum = (files) => files.reduce((bytes, [, more]) => bytes + more, 0)
  const cell = (bytes) => (bytes === 0 ? '–' : told(bytes, 'bytes'))
  const rows = [...areas].map((area) => [
    area,
    ...bundled.map((files) => sum(files.filter(([file]) => areaOf(file) === area))),
  ])
  const own = bundled.map((files) => files.filter(([file]) => !file.includes('node_modules')))
  const largest = own.map((files) => files.toSorted(([, one], [, other]) => other - one)[0])
  return table(
    ['minified', ...Object.keys(shown)],
    [
      ...rows
        .filter(([, ...bytes]) => bytes.some((count) => count > 0))
        .toSorted((one, other) => other.at(-1) - one.at(-1))
        .map(([area, ...bytes]) => [area, ...bytes.map(cell)]),
      ['together', ...bundled.map((files) => cell(sum(files)))],
      ['our largest file', ...largest.map(([file, bytes]) => `${file.replace(/^src\//, '')}, ${cell(bytes)}`)],
    ],
  )
}
