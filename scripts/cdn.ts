/** The build for a page without a bundler: everything but the bindings, in one file. */
export * from '../src/index.js'
export * from '../src/chat/index.js'
