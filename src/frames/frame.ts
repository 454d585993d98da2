/** One message as it came off the line, not yet decoded. */
export interface Frame {
  /** The event's name; `message` where the server gave none. */
  readonly event: string
  readonly data: string
  /** The content of a binary WebSocket frame; `data` is empty then. */
  readonly bytes?: ArrayBuffer | undefined
  /** Only if this very frame carried one. An empty one clears the cursor. */
  readonly id: string | undefined
  /** The id of the message before this one, where the server says so: what was missed shows. */
  readonly prev?: string | undefined
}
