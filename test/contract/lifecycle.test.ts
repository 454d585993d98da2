import { describe } from 'vitest'
import { lifecycle } from './lifecycle.cases.ts'
import { rigs } from './rigs.ts'
import { openRoom } from './room.ts'

describe.each(rigs)('$name', (rig) => lifecycle(rig, openRoom))
