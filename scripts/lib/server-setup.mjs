import { existsSync } from 'node:fs'
import { apt } from './browser-setup.mjs'
import { load } from './load.mjs'
import { run } from './run.mjs'

/** What the tests in test/real run against: programs with the service that comes with each, and where they come from. */
const wanted = [
  { programs: { nginx: 'nginx', nchan: undefined }, packages: ['nginx', 'libnginx-mod-nchan'] },
  { programs: { redis: 'redis-server' }, packages: ['redis-server'] },
  { programs: { pushpin: 'pushpin', condure: undefined, zurl: 'zurl' }, packages: ['pushpin'] },
]

/** Asked by Debian before it starts a service. */
const POLICY = '/usr/sbin/policy-rc.d'

const asRoot = (...command) => {
  const [name, ...rest] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command]
  return run(name, rest, { quiet: true })
}

/** Runs a task while Debian starts no service that is installed: the tests start their own, on other ports. */
async function withoutServices(task) {
  if (existsSync(POLICY)) return task()
  await asRoot('sh', '-c', `printf '#!/bin/sh\\nexit 101\\n' > ${POLICY} && chmod 755 ${POLICY}`)
  try {
    return await task()
  } finally {
    await asRoot('rm', '-f', POLICY)
  }
}

/** Installs the servers that the tests like to have, where that can be done; else says what is left out, and why. */
export async function setUpServers() {
  if (process.env.HOLDLINE_SKIP_SERVERS) {
    console.log('skipped: everything that needs nginx, Redis or Pushpin, because HOLDLINE_SKIP_SERVERS is set')
    return
  }
  const { absent } = await load('test/real/installed.ts')
  const lacking = wanted.filter(({ programs }) => absent(...Object.keys(programs)).length > 0)
  if (lacking.length === 0) return
  const what = (list) => list.flatMap(({ packages }) => packages).join(', ')
  const aptGet = await apt()
  if (!aptGet) {
    console.log(`skipped: what needs ${what(lacking)}, which only apt as root can install`)
    return
  }
  console.log(`installing ${what(lacking)} …`)
  await withoutServices(async () => {
    await aptGet('update')
    for (const { packages, programs } of lacking) {
      // What was there already may be in use, and is left as it is.
      const services = absent(...Object.keys(programs)).flatMap((name) => programs[name] ?? [])
      const { code } = await aptGet('install', '-y', '--no-install-recommends', ...packages)
      if (code !== 0) console.log(`skipped: what needs ${packages.join(', ')}, which apt cannot install here`)
      // Nor shall the new ones start with the machine. Where there is no systemd, they do not.
      for (const service of services) await asRoot('systemctl', 'disable', service)
    }
  })
}
