// What `npm run play -- …` understands. The environment says the same: PORT and HOST.

const USAGE = 'npm run play -- [--port <number>] [--host [<address>]]'

/** @returns {{ port: string, host: string }} */
export function playOptions(args, env) {
  const options = { port: env.PORT || '4173', host: env.HOST || '127.0.0.1' }
  const rest = args.flatMap((arg) =>
    /^--\w+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg],
  )
  while (rest.length > 0) {
    const name = rest.shift()
    const value = rest[0] === undefined || rest[0].startsWith('--') ? undefined : rest.shift()
    if (name === '--port' && value !== undefined) options.port = value
    // Without an address: wherever this machine can be reached.
    else if (name === '--host') options.host = value ?? '0.0.0.0'
    else throw new Error(`${name}${value === undefined ? '' : ` ${value}`} is not understood. ${USAGE}`)
  }
  const number = Number(options.port)
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new Error(`PORT must be a number from 0 to 65535, not "${options.port}".`)
  }
  return options
}
