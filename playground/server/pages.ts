import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

const plain = (res: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void => {
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers })
  res.end(`${text}\n`)
}

/** Serves the built pages; a folder is served by its index.html. */
export async function servePage(req: IncomingMessage, res: ServerResponse, url: URL, folder?: string): Promise<void> {
  if (req.method !== 'GET' && req.method !== 'HEAD')
    return plain(res, 405, 'Pages are only read', { allow: 'GET, HEAD' })
  const path = folder === undefined ? undefined : within(folder, url.pathname)
  const found = path === undefined ? undefined : await look(path)
  if (!found) {
    return plain(res, 404, folder === undefined ? 'No pages have been built; the API is at /api/health' : 'Not found')
  }
  if (found.folder && !url.pathname.endsWith('/')) {
    // Relative links in the page resolve against the folder only with the slash. Two at the front would name a host.
    return plain(res, 308, 'Moved', { location: `${url.pathname.replace(/^\/+/, '/')}/${url.search}` })
  }
  res.writeHead(200, {
    'content-type': TYPES[extname(found.file).toLowerCase()] ?? 'application/octet-stream',
    'content-length': String(found.size),
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  })
  if (req.method === 'HEAD') return void res.end()
  try {
    await pipeline(createReadStream(found.file), res)
  } catch (error) {
    // A page that was left while it loaded is no trouble of ours.
    if (!res.destroyed) throw error
  }
}

/** The path in the folder; undefined if it would lead out of it. */
function within(folder: string, pathname: string): string | undefined {
  let name: string
  try {
    name = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  if (name.includes('\0') || name.includes('\\')) return undefined
  const root = resolve(folder)
  const path = resolve(root, `.${sep}${name}`)
  return path === root || path.startsWith(root + sep) ? path : undefined
}

async function look(path: string): Promise<{ file: string; size: number; folder: boolean } | undefined> {
  try {
    const found = await stat(path)
    if (found.isFile()) return { file: path, size: found.size, folder: false }
    if (!found.isDirectory()) return undefined
    const index = join(path, 'index.html')
    const inside = await stat(index)
    return inside.isFile() ? { file: index, size: inside.size, folder: true } : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined
    throw error
  }
}
