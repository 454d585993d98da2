import { describe } from 'vitest'
import { absent, type installed } from './installed.ts'

/** `describe`, where these servers are installed and wanted; else the tests are skipped, and the reason is told. */
export function withServers(...names: readonly (keyof typeof installed)[]): typeof describe | typeof describe.skip {
  const lacking = absent(...names)
  const reason = process.env.HOLDLINE_SKIP_SERVERS
    ? 'HOLDLINE_SKIP_SERVERS is set'
    : lacking.length > 0 && `${lacking.join(' and ')} cannot be found on this machine`
  if (!reason) return describe
  console.log(`skipped: what needs ${names.join(', ')}, because ${reason}`)
  return describe.skip
}
