// Writes docs/benchmarks.md and its plots from results.json.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { projectFolder, readResults, resultsFile } from './lib/files.mjs'
import { reportOf } from './lib/report.mjs'

export function writeReport() {
  const docs = join(projectFolder, 'docs')
  mkdirSync(join(docs, 'benchmarks'), { recursive: true })
  for (const [path, text] of Object.entries(reportOf(readResults()))) writeFileSync(join(docs, path), text)
  const oxfmt = join(projectFolder, 'node_modules/oxfmt/bin/oxfmt')
  execFileSync(process.execPath, [oxfmt, join(docs, 'benchmarks.md'), resultsFile], {
    cwd: projectFolder,
    stdio: 'inherit',
  })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeReport()
