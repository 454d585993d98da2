import { bilingual } from '../bilingual'

const n = (value: number): string => value.toLocaleString('en')
const times = (count: number): string => (count === 1 ? 'once' : `${n(count)} times`)

export const words = bilingual({
  title: ['The same feed over four transports at once', '同一份数据，四种传输方式并行'],
  lead: [
    'Each lane is a real connection of this page. Bytes are counted at the server’s sockets, TCP and TLS left out.',
    '每条通道都是本页的一个真实连接。字节数在服务器的套接字上统计，不含 TCP 与 TLS 开销。',
  ],
  run: ['Run', '开始'],
  stop: ['Stop', '停止'],
  stopping: ['Stopping …', '正在停止…'],
  rate: ['Messages', '消息频率'],
  perSecond: [(count: number) => `${count} per second`, (count: number) => `每秒 ${count} 条`],
  size: ['Size of each', '每条大小'],
  bytes: [(count: number) => `${n(count)} bytes`, (count: number) => `${n(count)} 字节`],
  every: ['Polling asks every', '轮询间隔'],
  seconds: [(count: number) => `${count} s`, (count: number) => `${count} 秒`],
  faults: ['Faults meet all four lanes.', '故障作用于全部四条通道。'],
  polling: ['polling', '轮询'],
  longPolling: ['long polling', '长轮询'],
  sse: ['Server-Sent Events', 'Server-Sent Events'],
  webSocket: ['WebSocket', 'WebSocket'],
  transport: ['Transport', '传输方式'],
  received: ['Received', '已收到'],
  of: [
    (got: number, made: number) => `${n(got)} of ${n(made)}`,
    (got: number, made: number) => `${n(got)} / ${n(made)}`,
  ],
  requests: ['Requests', '请求数'],
  connections: ['TCP connections', 'TCP 连接'],
  upHeaders: ['Up: headers', '上行：头部'],
  upPayload: ['Up: payload', '上行：载荷'],
  downHeaders: ['Down: headers', '下行：头部'],
  downPayload: ['Down: payload', '下行：载荷'],
  perMessage: ['Bytes per message', '每条消息字节数'],
  p50: ['Late, p50', '延迟 p50'],
  p99: ['Late, p99', '延迟 p99'],
  cpu: ['Server CPU, alone', '服务器 CPU（单独）'],
  lines: ['Attempts', '连接次数'],
  lost: ['Missing · twice', '缺失 · 重复'],
  caption: [
    'What each lane has cost so far, in bytes where nothing else is said',
    '各通道至今的开销，未注明者单位为字节',
  ],
  ms: [(value: string) => `${value} ms`, (value: string) => `${value} 毫秒`],
  headers: ['headers and framing', '头部与分帧'],
  payload: ['payload', '载荷'],
  onTheWire: ['Bytes per message, both ways', '每条消息的双向字节数'],
  howLate: ['How late half of the messages are', '半数消息的延迟'],
  howOften: ['Requests', '请求数'],
  process: [
    (percent: string) => `Server process, everything together: ${percent} % of one core`,
    (percent: string) => `服务器进程总计：单核的 ${percent} %`,
  ],
  rest: [
    (up: number, down: number) =>
      `All else that went over the server’s sockets (pages, orders, these numbers): ${n(up)} bytes up, ${n(down)} down`,
    (up: number, down: number) =>
      `服务器套接字上的其他流量（页面、指令、这些数字）：上行 ${n(up)} 字节，下行 ${n(down)} 字节`,
  ],
  weigh: ['Weigh the CPU of each lane alone', '逐条测量各通道的 CPU'],
  weighing: [(what: string) => `Weighing: ${what} …`, (what: string) => `正在测量：${what}…`],
  nobody: ['the feed without readers', '无人读取的数据源'],
  weighed: [
    'One lane at a time, against the same feed without readers. What is below the noise of this machine says 0.',
    '每次只运行一条通道，并扣除无人读取时的开销。低于本机噪声的显示为 0。',
  ],
  soon: [
    'Running: the numbers say something once a message has come over each lane.',
    '正在运行：每条通道都收到消息之后，就能比较了。',
  ],
  still: ['Press Run, and the same messages come over all four.', '点击“开始”，同样的消息会经由四种方式到达。'],
  asked: [
    (requests: number, messages: number) =>
      `Polling asked ${times(requests)} for ${n(messages)} ${messages === 1 ? 'message' : 'messages'}`,
    (requests: number, messages: number) => `轮询为 ${n(messages)} 条消息请求了 ${n(requests)} 次`,
  ],
  and: [', ', '，'],
  between: [' ', ''],
  longAsked: [
    (requests: number) => `long polling asked ${times(requests)}.`,
    (requests: number) => `长轮询请求了 ${n(requests)} 次。`,
  ],
  dearest: [
    (dear: string, dearBytes: number, cheap: string, cheapBytes: number) =>
      `A message cost ${n(dearBytes)} bytes over ${dear} and ${n(cheapBytes)} over ${cheap}.`,
    (dear: string, dearBytes: number, cheap: string, cheapBytes: number) =>
      `每条消息经${dear}花费 ${n(dearBytes)} 字节，经 ${cheap} 花费 ${n(cheapBytes)} 字节。`,
  ],
  late: [
    (slow: string, slowMs: string, fast: string, fastMs: string) =>
      `Half of them were more than ${slowMs} ms old over ${slow}, ${fastMs} ms over ${fast}.`,
    (slow: string, slowMs: string, fast: string, fastMs: string) =>
      `半数消息到达时，经${slow}已过 ${slowMs} 毫秒，经 ${fast} 为 ${fastMs} 毫秒。`,
  ],
})
