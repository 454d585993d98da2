import { onTestFinished } from 'vitest'
import type { Rig } from '../contract/rigs.ts'
import type { Wish } from './place.ts'
import { furnish, type Room } from './room.ts'

/** Opens a room in this process. */
export async function openRoomHere(rig: Rig, wish: Wish = {}): Promise<Room> {
  const room = await furnish(rig, wish)
  onTestFinished(room.server.close)
  return room
}
