import type { TestProject } from 'vitest/node'
import { startServer } from './server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    origin: string
  }
}

/** Runs in Node once per project, before its browser; the address travels by provide and inject. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer()
  project.provide('origin', server.origin)
  return () => server.close()
}
