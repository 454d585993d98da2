const LF = 10
const CR = 13

/** How many characters, as JavaScript counts them, begin in these bytes of UTF-8. */
export function charsIn(bytes: Uint8Array): number {
  let chars = 0
  for (const byte of bytes) {
    // The bytes that go on with a character begin with the bits 10; one of four bytes is a surrogate pair.
    if ((byte & 0xc0) !== 0x80) chars += byte < 0xf0 ? 1 : 2
  }
  return chars
}

/** Cuts a stream behind the ends of its lines: takes a chunk, returns the whole lines that are there by now, if any. */
export function createLineCutter(): (chunk: Uint8Array) => Uint8Array | undefined {
  let pieces: Uint8Array[] = []
  return (chunk) => {
    const end = Math.max(chunk.lastIndexOf(LF), chunk.lastIndexOf(CR)) + 1
    pieces.push(end > 0 ? chunk.subarray(0, end) : chunk)
    if (end === 0) return undefined
    const lines = joined(pieces)
    pieces = [chunk.subarray(end)]
    return lines
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
