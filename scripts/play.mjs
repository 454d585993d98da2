// `npm run play`: the playground, from a fresh clone. Builds its pages and its server, and runs it.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { install } from './lib/install.mjs'
import { bundle } from './lib/load.mjs'
import { endWithNpm, root } from './lib/run.mjs'

const port = process.env.PORT || '4173'
const host = process.env.HOST || '127.0.0.1'

/** Told before the build, not after it. */
async function checkPort() {
  const number = Number(port)
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new Error(`PORT must be a number from 0 to 65535, not "${port}".`)
  }
  const probe = createServer()
  const told = Promise.race([once(probe, 'listening'), once(probe, 'error').then(([error]) => Promise.reject(error))])
  probe.listen(number, host)
  try {
    await told
  } catch (error) {
    if (error.code === 'EADDRINUSE') {
      throw new Error(`Port ${port} is taken. Choose another one: PORT=${number + 1} npm run play`, { cause: error })
    }
    if (error.code === 'EACCES') {
      throw new Error(`Port ${port} needs rights that you do not have. Choose one above 1023, such as PORT=4173.`, {
        cause: error,
      })
    }
    throw new Error(`The playground cannot listen on ${host}:${port}: ${error.message}`, { cause: error })
  }
  probe.close()
  await once(probe, 'close')
}

endWithNpm()
process.chdir(root)
try {
  await checkPort()
  await install()
  console.log('building the playground …')
  const { build } = await import('vite')
  await build({ configFile: 'playground/vite.config.ts', logLevel: 'warn' })
  await bundle('playground/server/main.ts', '.playground/server.mjs')
} catch (error) {
  console.error(error.message)
  process.exit(1)
}

// In this process: whoever ends it ends the server, however they do it.
Object.assign(process.env, { PORT: port, HOST: host })
process.setSourceMapsEnabled(true)
await import(pathToFileURL(join(root, '.playground/server.mjs')).href)
