// An application in CommonJS, where `require` comes first.
const assert = require('node:assert/strict')

for (const door of process.argv.slice(2)) assert.ok(Object.keys(require(door)).length > 0, `${door} exports nothing`)
