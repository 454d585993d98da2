// Runs the tests of the bindings against other versions of the frameworks than those that are in use here. FRAMEWORKS names
// the folder in which scripts/check-frameworks.mjs has installed them; what is not in there is the project's own.
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Alias } from 'vite'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Which versions are to be run, by name. */
    frameworks: Record<string, string>
  }
}

const folder = process.env.FRAMEWORKS ?? ''
const modules = join(folder, 'node_modules')
const names = ['react', 'react-dom', 'vue'].filter((name) => existsSync(join(modules, name)))
if (names.length === 0) throw new Error(`FRAMEWORKS names no folder with another React or Vue: "${folder}"`)

/** Every import of these packages, by whomever, is one of the same installation: two Reacts on one page are none. */
const others: Alias[] = names.map((name) => ({
  find: new RegExp(`^${name}(?=$|/)`),
  replacement: join(modules, name),
}))

const versionOf = (name: string): string => {
  const { version } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as { version: string }
  return version
}

const { resolve, test } = base as ViteUserConfig
const own = (resolve?.alias ?? []) as Alias[]

/** What is optimised for a page holds the frameworks, so each set has its own. */
const projects = (test?.projects ?? []).map((project) =>
  typeof project === 'object' && 'cacheDir' in project
    ? { ...project, cacheDir: join(modules, '.vite', basename(String(project.cacheDir))) }
    : project,
)

export default defineConfig({
  ...base,
  resolve: { ...resolve, alias: [...others, ...own] },
  test: {
    ...test,
    provide: { frameworks: Object.fromEntries(names.map((name) => [name, versionOf(name)])) },
    setupFiles: ['scripts/versions/proof.ts'],
    projects,
  },
})
