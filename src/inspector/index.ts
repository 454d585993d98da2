export { defineInspector } from './element.js'
export type { HoldlineInspector, InspectedConnection, InspectorAttributes } from './types.js'
