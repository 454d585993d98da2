export { holdlineChatTransport, type HoldlineChatTransportOptions } from './chatTransport.js'
