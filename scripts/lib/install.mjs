// What has to be there before any of the project's tools can run; so this file uses nothing but Node.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

const read = (path) => {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages
  } catch {
    // Missing or broken: then nothing is known to be installed.
    return undefined
  }
}

/** Whether node_modules is what the lock file says. Times would not do: a checkout changes them. */
function isInstalled() {
  const wanted = read('package-lock.json')
  const present = read('node_modules/.package-lock.json')
  if (!wanted || !present) return false
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    return present[path] ? present[path].version === version : optional === true
  })
}

/** Installs the dependencies unless they are there. */
export async function install() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`holdline is built with Node 20.19 or later; this is ${process.versions.node}.`)
  }
  if (isInstalled()) return
  console.log('installing dependencies (npm ci) …')
  // `include`: with NODE_ENV=production npm would leave the tools out.
  const { code, output } = await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { quiet: true })
  if (code !== 0) throw new Error(`${output}\nThe dependencies could not be installed: npm ci ended with code ${code}.`)
}
