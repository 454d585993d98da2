export { mcp, type McpDialect, type McpOptions } from './mcp.js'
export { mercure } from './mercure.js'
export { nchan } from './nchan.js'
