// One idle line by each contestant. Loaded one by one, each in a process of its own.
import { WebSocket } from 'ws'

const ignore = () => {}

/** The platform's own: a socket, and a request whose body is read. */
const bare = {
  'bare WebSocket': async ({ ws }) => {
    const open = (opened) => {
      const socket = new WebSocket(ws)
      socket.onmessage = opened
      return socket
    }
    return {
      open(opened) {
        let socket = open(opened)
        return {
          again() {
            socket.close()
            socket = open(opened)
          },
          close: () => socket.close(),
        }
      },
    }
  },
  'bare fetch': async ({ sse }) => {
    const open = (opened) => {
      const leave = new AbortController()
      const read = async () => {
        const { body } = await fetch(sse, { signal: leave.signal })
        const reader = body.getReader()
        while (!(await reader.read()).done) opened()
      }
      read().catch(ignore)
      return () => leave.abort()
    }
    return {
      open(opened) {
        let leave = open(opened)
        return {
          again() {
            leave()
            leave = open(opened)
          },
          close: () => leave(),
        }
      },
    }
  },
}

const ours = (transportOf) => async (addresses) => {
  const holdline = await import('../../dist/index.js')
  return {
    open(opened) {
      const connection = holdline.createConnection({
        transports: transportOf(holdline, addresses),
        env: { WebSocket, baseUrl: addresses.sse },
      })
      connection.subscribe(opened)
      return { again: connection.reconnect, close: connection.close }
    },
  }
}

/** Both have the same face. */
const reconnecting =
  (load) =>
  async ({ ws }) => {
    const { default: Socket } = await load()
    return {
      open(opened) {
        const socket = new Socket(ws, [], { WebSocket })
        socket.addEventListener('message', opened)
        return { again: () => socket.reconnect(), close: () => socket.close() }
      },
    }
  }

export const clients = {
  ...bare,
  'holdline webSocket': ours(({ webSocket }, { ws }) => webSocket(ws)),
  'holdline sse': ours(({ sse }, addresses) => sse(addresses.sse)),
  'reconnecting-websocket': reconnecting(() => import('reconnecting-websocket')),
  partysocket: reconnecting(() => import('partysocket/ws')),
  async 'socket.io-client'({ io }) {
    const { io: connect } = await import('socket.io-client')
    return {
      open(opened) {
        const socket = connect(io, { transports: ['websocket'], forceNew: true })
        socket.on('connect', opened)
        return { again: () => socket.disconnect().connect(), close: () => socket.disconnect() }
      },
    }
  },
  async 'fetch-event-source'({ sse }) {
    const { fetchEventSource } = await import('@microsoft/fetch-event-source')
    // It knows no other place than a page.
    Object.assign(globalThis, { window: globalThis, document: { removeEventListener() {} } })
    const open = (opened) => {
      const leave = new AbortController()
      fetchEventSource(sse, { fetch, signal: leave.signal, openWhenHidden: true, onmessage: opened }).catch(ignore)
      return () => leave.abort()
    }
    return {
      open(opened) {
        let leave = open(opened)
        return {
          again() {
            leave()
            leave = open(opened)
          },
          close: () => leave(),
        }
      },
    }
  },
  async 'eventsource (package)'({ sse }) {
    const { EventSource } = await import('eventsource')
    const open = (opened) => {
      const source = new EventSource(sse)
      source.addEventListener('message', opened)
      return source
    }
    return {
      open(opened) {
        let source = open(opened)
        return {
          again() {
            source.close()
            source = open(opened)
          },
          close: () => source.close(),
        }
      },
    }
  },
}
