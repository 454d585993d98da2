/** A comment as a picture: text is drawn once, however many frames it flies. */
export interface Sprite {
  readonly image: HTMLCanvasElement
  /** In pixels of the page; the image has more of them where the screen has. */
  readonly width: number
  readonly height: number
}

export interface Sprites {
  of(text: string, colour: string, own: boolean): Sprite
  readonly size: number
}

/** Enough for what flies at a time; those that were used longest ago go first. */
const KEPT = 400
const FAMILY =
  "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"

/** Pictures of comments in one size of letters, kept for those who say the same. */
export function createSprites(fontPx: number, ratio: number): Sprites {
  const kept = new Map<string, Sprite>()
  const font = `600 ${fontPx}px ${FAMILY}`
  const ruler = document.createElement('canvas').getContext('2d')!
  ruler.font = font

  function draw(text: string, colour: string, own: boolean): Sprite {
    const pad = own ? 8 : 3
    const width = Math.ceil(ruler.measureText(text).width) + 2 * pad
    const height = Math.ceil(fontPx * 1.4)
    const image = document.createElement('canvas')
    image.width = Math.max(1, Math.ceil(width * ratio))
    image.height = Math.ceil(height * ratio)
    const pen = image.getContext('2d')!
    pen.scale(ratio, ratio)
    if (own) {
      pen.fillStyle = 'rgb(0 0 0 / 35%)'
      pen.strokeStyle = colour
      pen.lineWidth = 1.5
      pen.beginPath()
      pen.roundRect(1, 1, width - 2, height - 2, 6)
      pen.fill()
      pen.stroke()
    }
    pen.font = font
    pen.textBaseline = 'middle'
    pen.lineJoin = 'round'
    // Dark around each letter, so that it can be read on anything.
    pen.strokeStyle = 'rgb(0 0 0 / 70%)'
    pen.lineWidth = Math.max(2, fontPx / 8)
    pen.strokeText(text, pad, height / 2)
    pen.fillStyle = colour
    pen.fillText(text, pad, height / 2)
    return { image, width, height }
  }

  return {
    of(text, colour, own) {
      const key = `${own ? 'own' : ''} ${colour} ${text}`
      const sprite = kept.get(key) ?? draw(text, colour, own)
      kept.delete(key)
      kept.set(key, sprite)
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break
        kept.delete(oldest)
      }
      return sprite
    },
    get size() {
      return kept.size
    },
  }
}
