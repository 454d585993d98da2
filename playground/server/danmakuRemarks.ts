/** A comment as everybody sends it, and the server too. */
export interface Remark {
  readonly key: string
  readonly from: string
  readonly text: string
  /** The number of a colour; pages know which. */
  readonly colour: number
  readonly place: 'roll' | 'top' | 'bottom'
  /** When it was said, in milliseconds since the epoch. */
  readonly at: number
}

const TONGUES = [
  {
    openings: ['', '', 'Wow, ', 'Look: ', 'Psst: '],
    things: [
      'what a view',
      'here comes the train',
      'the moon!',
      'so many stars',
      'who drives it?',
      'goosebumps',
      'again, again',
      'greetings from Lisbon',
      'is this live?',
      'mind the viaduct',
      'good night, all',
      'I want to be on it',
    ],
    closings: ['', '', '!', '!!', ' ❤', ' 🚂', ' ✨'],
  },
  {
    openings: ['', '', '哇，', '快看，', '第一次见，'],
    things: [
      '前方高能',
      '太美了吧',
      '火车来了',
      '好大的月亮',
      '哈哈哈哈哈哈',
      '泪目',
      '名场面',
      '爷青回',
      '晚安，各位',
      '北京发来贺电',
      '好想坐一次',
      '666666',
    ],
    closings: ['', '', '！', '！！', '～', ' ❤', ' ✨'],
  },
] as const
const COLOURS = 8

/** The remark of that number: many kinds, no two in a row alike, and the same in each run. */
export function remarkOf(number: number): Remark {
  const { openings, things, closings } = TONGUES[number % 2]!
  const turn = Math.floor(number / 2)
  // Steps that share no factor with the lengths visit every combination.
  const text = [openings[(turn * 2) % 5], things[(turn * 7) % 12], closings[(turn * 3) % 7]].join('')
  const standing = number % 23 === 7 ? 'top' : number % 29 === 11 ? 'bottom' : 'roll'
  return {
    key: `demo-${number}`,
    from: 'demo',
    text,
    // White is what most people write in.
    colour: number % 3 === 0 ? Math.floor(number / 3) % COLOURS : 0,
    place: standing,
    at: Date.now(),
  }
}
