// Read before each test file: the frameworks that are run are the ones that were asked for.
import { version as reactDom } from 'react-dom'
import { version as react } from 'react'
import { version as vue } from 'vue'
import { inject } from 'vitest'

const running: Readonly<Record<string, string>> = { react, 'react-dom': reactDom, vue }
for (const [name, version] of Object.entries(inject('frameworks')))
  // A React of the first days of 18 says more: 18.0.0-fc46dba67-20220329.
  if (running[name]?.split('-')[0] !== version)
    throw new Error(`${name} ${running[name]} is run in place of ${version}`)
