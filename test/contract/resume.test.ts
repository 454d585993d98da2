import { describe } from 'vitest'
import { resume } from './resume.cases.ts'
import { resuming } from './rigs.ts'
import { openRoom } from './room.ts'

describe.each(resuming)('$name', (rig) => resume(rig, openRoom))
