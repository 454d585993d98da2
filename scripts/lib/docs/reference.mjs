// The reference of every door, written from the comments in the sources.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run.mjs'

const SOURCE = /^\.\/dist\/types\/(.+)\.d\.ts$/

/** Each door of the package with the file that is behind it, such as `holdline/chat` and `src/chat/index.ts`. */
export function doors() {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.entries(exports).flatMap(([path, { types }]) => {
    const source = SOURCE.exec(types ?? '')?.[1]
    return source ? [{ name: path.replace('.', name), source: `${source}.ts` }] : []
  })
}

/** Reads the sources and checks the comments. With a folder it also writes a page for each door; throws on any warning. */
export async function writeReference(out) {
  const { Application, Converter, LogLevel, ReflectionKind } = await import('typedoc')
  const all = doors()
  const warnings = []
  const app = await Application.bootstrapWithPlugins({
    options: join(root, 'typedoc.json'),
    entryPoints: all.map(({ source }) => join(root, source)),
    logLevel: 'Warn',
    ...(out ? { outputs: [{ name: 'markdown', path: out }] } : {}),
  })
  app.logger.addContext = (message, level) => {
    if (level >= LogLevel.Warn) warnings.push(message)
    return message
  }
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    // The files are nobody's business: a reader knows the doors by the names that he imports.
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      const file = module.sources?.[0]?.fullFileName ?? project.getSymbolIdFromReflection(module)?.fileName ?? ''
      const door = all.find(({ source }) => file.replaceAll('\\', '/').endsWith(`/${source}`))
      if (door) module.name = door.name
    }
  })
  const project = await app.convert()
  if (!project) throw new Error(`The sources could not be read:\n${warnings.join('\n')}`)
  app.validate(project)
  if (out) await app.generateOutputs(project)
  if (warnings.length > 0 || app.logger.hasErrors()) throw new Error(warnings.join('\n'))
  return project
}
