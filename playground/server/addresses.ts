import { networkInterfaces } from 'node:os'
import { renderUnicodeCompact } from 'uqr'

const everywhere = (host: string): boolean => ['0.0.0.0', '::', '[::]'].includes(host)

/** Where the playground can be reached: on one host, or from this machine and from every network that it is in. */
export function addressesOf(address: string): readonly string[] {
  const { hostname, port } = new URL(address)
  if (!everywhere(hostname)) return [`${address}/`]
  const outside = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
  return ['localhost', ...outside.map((found) => found.address)].map((host) => `http://${host}:${port}/`)
}

/** The addresses in words; where somebody reads them at a terminal, the last one also for the camera of a phone. */
export function tellAddresses(addresses: readonly string[], terminal: boolean): string {
  const [own = '', ...outside] = addresses
  const lines = [`The playground is at ${own}`, ...outside.map((address) => `              and at ${address}`)]
  const last = outside.at(-1)
  return [...lines, ...(last && terminal ? [renderUnicodeCompact(last)] : [])].join('\n')
}
