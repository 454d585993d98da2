// `npm run play`: the playground, from a fresh clone. Builds its pages and its server, and runs it.
// `-- --host` lets other machines in, and `-- --port 4200` chooses the port.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { install } from './lib/install.mjs'
import { bundle } from './lib/load.mjs'
import { buildPages } from './lib/playground.mjs'
import { playOptions } from './lib/playOptions.mjs'
import { endWithNpm, root } from './lib/run.mjs'

/** Told before the build, not after it. */
async function checkPort({ port, host }) {
  const number = Number(port)
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
let options
try {
  options = playOptions(process.argv.slice(2), process.env)
  await checkPort(options)
  await install()
  console.log('building the playground …')
  await buildPages()
  await bundle('playground/server/main.ts', '.playground/server.mjs')
} catch (error) {
  console.error(error.message)
  process.exit(1)
}

// In this process: whoever ends it ends the server, however they do it.
Object.assign(process.env, { PORT: options.port, HOST: options.host })
process.setSourceMapsEnabled(true)
await import(pathToFileURL(join(root, '.playground/server.mjs')).href)
