// What nobody uses is found by `knip`: files, exports, packages. The doors are those of the build.
import { doors } from './rollup.config.mjs'

export default {
  entry: [
    ...Object.values(doors).map((source) => `${source}!`),
    'scripts/*.{mjs,ts}',
    'scripts/versions/**/*.ts',
    'test/**/*.{test,test-d}.{ts,tsx}',
    // Named in vitest.config.ts and scripts/test.mjs, or taken for a package there.
    'test/support/{global-setup,ws,enginesReporter}.ts',
    // Loaded by pages, or by the scripts that start and build them.
    'playground/{react,vue}/*.{ts,tsx}',
    'playground/{vite.config,server/main,shared/{bar,door}}.ts',
    'playground/public/*.js',
  ],
  project: [
    '{src,bindings}/**/*.{ts,tsx}!',
    '{playground,test}/**/*.{ts,tsx,vue}',
    'scripts/{*,lib/**,versions/**}.{mjs,ts}',
    // The blank apps of scripts/consumers and the examples are packages of their own.
  ],
  // Only the documents' examples use it.
  ignoreDependencies: ['@vueuse/core'],
  // What is exported for its name in a signature, or for a reader of tests, is no export too many.
  ignoreExportsUsedInFile: true,
}
