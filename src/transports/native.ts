import type { Dialect } from './transport.js'

/** The default dialect: a server that knows nothing of us. Each unit is a message. */
export const native: Dialect = {
  read(unit, sink) {
    sink.frame(typeof unit === 'string' ? { event: 'message', data: unit, id: undefined } : unit)
    return undefined
  },
}
