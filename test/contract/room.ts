export { openRoomHere as openRoom } from '../support/here.ts'
export type { Room } from '../support/room.ts'
