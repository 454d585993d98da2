import { redirects } from '../contract/redirects.cases.ts'
import { openRoomHere } from '../support/here.ts'

redirects(openRoomHere)
