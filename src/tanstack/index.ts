export { holdlineConnection, type HoldlineConnectionOptions } from './connection.js'
