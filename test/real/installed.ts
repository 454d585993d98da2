import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program on PATH, or where Debian keeps what only root is meant to start. */
function find(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/lib/pushpin']
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

const nchanModule = ['/usr/lib/nginx/modules/ngx_nchan_module.so', '/usr/share/nginx/modules/ngx_nchan_module.so']

/** The servers that are here; what is not is undefined. */
export const installed = {
  nginx: find('nginx'),
  nchan: nchanModule.find((path) => existsSync(path)),
  redis: find('redis-server'),
  pushpin: find('pushpin'),
  condure: find('condure'),
  zurl: find('zurl'),
} as const

/** What of these is not here. */
export const absent = (...names: readonly (keyof typeof installed)[]): string[] =>
  names.filter((name) => !installed[name])
