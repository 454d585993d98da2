// What it was measured on. Nothing that would name a person or a place.
import { execFileSync } from 'node:child_process'
import { cpus, totalmem, type } from 'node:os'

export function machineFacts(chromium) {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    system: type(),
    node: process.versions.node,
    chromium: versionOf(chromium),
  }
}

function versionOf(command) {
  if (!command) return undefined
  try {
    return /[\d.]+/.exec(
      execFileSync(command, ['--version', '--no-sandbox'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    )?.[0]
  } catch {
    // Told as "none": what needs it has failed, and says so.
    return undefined
  }
}
