import { existsSync, readFileSync } from 'node:fs'
import { load } from './load.mjs'
import { run } from './run.mjs'

/** Whether it starts at all: Ubuntu's package of that name is a stub that does nothing outside of snap. */
const starts = async (path) =>
  process.platform === 'win32' || (await run(path, ['--version', '--no-sandbox'], { quiet: true })).code === 0

/** What puts `apt-get` to work: nothing for root, `sudo` where it asks no password, else undefined. */
export async function apt() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  if (!/^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release)) return undefined
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND']
  if (prefix.length > 0 && (await run('sudo', ['-n', 'true'], { quiet: true })).code !== 0) return undefined
  return (...args) => {
    const [command, ...rest] = [...prefix, 'apt-get', ...args]
    return run(command, rest, { quiet: true, env: { DEBIAN_FRONTEND: 'noninteractive' } })
  }
}

/** The other engines and the letters of the world: the tests are better with them, and run without. */
const extras = ['firefox-esr', 'webkit2gtk-driver', 'xvfb', 'xauth', 'fonts-noto-cjk', 'fonts-noto-color-emoji']

/** Sees to it that there is a Chromium to test in; throws a sentence that says what to do if there can be none. */
export async function setUpBrowsers() {
  if (process.env.HOLDLINE_SKIP_BROWSERS) {
    console.log('skipped: everything that needs a browser, because HOLDLINE_SKIP_BROWSERS is set')
    return
  }
  const named = process.env.CHROMIUM
  if (named && !existsSync(named)) throw new Error(`CHROMIUM names ${named}, which does not exist.`)
  const { chromium } = (await load('test/support/browsers.ts')).browsers
  if (chromium && (await starts(chromium))) return

  console.log('installing Chromium …')
  const aptGet = await apt()
  if (aptGet) {
    await aptGet('update')
    const { code } = await aptGet('install', '-y', '--no-install-recommends', 'chromium')
    if (code === 0) {
      // One by one: a release that lacks one of them may have the others.
      for (const name of extras) await aptGet('install', '-y', '--no-install-recommends', name)
      if (await starts('chromium')) return
    }
  }
  const { code, output } = await run('playwright', ['install', 'chromium', ...(aptGet ? ['--with-deps'] : [])], {
    quiet: true,
  })
  if (code === 0) {
    const { chromium: own } = await import('playwright')
    if (await starts(own.executablePath())) {
      // The one on PATH does not start, or is not there: for all that follows, this one is meant.
      process.env.CHROMIUM = own.executablePath()
      return
    }
  }
  throw new Error(
    `${output.trim()}\n\nThe tests need Chromium, and it could not be installed. Install Chromium or Chrome and set ` +
      'CHROMIUM to its path if it is not on PATH; or set HOLDLINE_SKIP_BROWSERS=1 to leave out what needs a browser.',
  )
}
