// Notes which file of tests ran in which engine, for the table in the README (scripts/engines.mjs).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reporter, TestModule, TestRunEndReason, Vitest } from 'vitest/node'
import type { EngineName } from './engines.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Where this test ran, if its project does not say it. */
    engine?: { readonly name: EngineName; readonly version: string }
  }
}

interface Count {
  passed: number
  failed: number
}

/** What `.playground/engines.json` holds. */
export interface EnginesReport {
  versions: Partial<Record<EngineName, string>>
  /** By the file of tests. */
  files: Record<string, Partial<Record<EngineName, Count>>>
}

const file = fileURLToPath(new URL('../../.playground/engines.json', import.meta.url))
const NAMES: readonly string[] = ['chromium', 'firefox', 'webkit'] satisfies EngineName[]
const isEngine = (name: string): name is EngineName => NAMES.includes(name)

function kept(): EnginesReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as EnginesReport
  } catch {
    // Nothing was noted yet, or nothing that can be read: this run begins anew.
    return { versions: {}, files: {} }
  }
}

function note(report: EnginesReport, module: TestModule): void {
  const { project, relativeModuleId: path } = module
  const counts: Partial<Record<EngineName, Count>> = {}
  for (const test of module.children.allTests()) {
    const { engine } = test.meta()
    // The pages of `e2e` are opened in Chromium where a test does not say otherwise.
    const name = engine?.name ?? (isEngine(project.name) ? project.name : 'chromium')
    if (engine) report.versions[engine.name] = engine.version
    const count = (counts[name] ??= { passed: 0, failed: 0 })
    const { state } = test.result()
    if (state === 'passed') count.passed++
    if (state === 'failed') count.failed++
  }
  report.files[path] = { ...report.files[path], ...counts }
}

export default function enginesReporter(): Reporter {
  let vitest: Vitest | undefined
  return {
    onInit(started) {
      vitest = started
    },
    onTestRunEnd(modules: readonly TestModule[], _errors: unknown, reason: TestRunEndReason) {
      // Half a file says nothing about the file.
      if (reason === 'interrupted' || vitest?.config.testNamePattern) return
      const report = kept()
      for (const module of modules) {
        if (isEngine(module.project.name) || /^(e2e|lifecycle)$/.test(module.project.name)) note(report, module)
      }
      mkdirSync(join(dirname(file)), { recursive: true })
      writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`)
    },
  }
}
