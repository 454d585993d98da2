import { fileURLToPath } from 'node:url'
import { WebSocketServer } from 'ws'
import { serve } from '../serve.mjs'
import { render } from './dist/server/entry-server.js'

await serve(fileURLToPath(new URL('dist/client', import.meta.url)), render, WebSocketServer)
