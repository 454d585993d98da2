// Which browsers there are: the tests know how to find them.
import { load } from '../../scripts/lib/load.mjs'

export const { browsers } = await load('test/support/browsers.ts')
