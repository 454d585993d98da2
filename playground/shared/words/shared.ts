import { bilingual } from '../bilingual'

/** How a transport is called. */
export const transportWords = bilingual({
  auto: ['Automatic', '自动'],
  webSocket: ['WebSocket', 'WebSocket'],
  sse: ['Server-Sent Events', 'Server-Sent Events'],
  longPolling: ['Long polling', '长轮询'],
  polling: ['Polling', '轮询'],
  name: ['Transport', '传输方式'],
  later: ['Can be changed when the answer has ended', '回答结束后才能更改'],
})

/** What the state line says, in the order of a line's life. */
export const lineWords = bilingual({
  idle: ['Not connected', '未连接'],
  connecting: ['Connecting', '正在连接'],
  live: ['Live', '已连接'],
  paused: ['Paused', '已暂停'],
  away: ['the page is put away', '页面在后台'],
  closed: ['Closed', '已关闭'],
  failed: ['Given up', '已放弃'],
  tryNow: ['Try now', '立即重试'],
  over: [(transport: string) => `over ${transport}`, (transport: string) => `通过 ${transport}`],
  attempt: [(count: number) => `attempt ${count}`, (count: number) => `第 ${count} 次尝试`],
  retry: [
    (count: number, left: string) => `attempt ${count} in ${left}`,
    (count: number, left: string) => `${left}后第 ${count} 次尝试`,
  ],
  heard: [(ago: string) => `last byte ${ago} ago`, (ago: string) => `${ago}前收到数据`],
  seconds: [(count: string) => `${count} s`, (count: string) => `${count} 秒`],
})

/** What is worth trying again, in words for everybody. */
export const troubleWords = bilingual({
  network: ['The line broke', '连接断开'],
  timeout: ['The line fell silent', '连接没有动静'],
  'server-busy': ['The server is busy', '服务器繁忙'],
  protocol: ['That was no answer', '收到的不是答复'],
  cursor: ['The server has forgotten', '服务器已不记得位置'],
})

/** What the state line says of a chat. */
export const chatLineWords = bilingual({
  stalled: ['Nothing comes', '没有新内容'],
  maybeSlow: ['the model may only be slow', '也许只是模型较慢'],
  ready: ['Ready', '就绪'],
  lastAnswer: [(over: string) => `last answer ${over}`, (over: string) => `上一个回答${over}`],
  asleep: ['nothing is open until you ask', '提问之前不会建立连接'],
  noAnswer: ['No answer', '没有答复'],
  asked: ['Asked', '已提问'],
  firstWord: ['waiting for the first word', '等待第一个字'],
  asking: ['Asking', '正在提问'],
  answering: ['Answering', '正在回答'],
  reconnecting: ['Reconnecting', '正在重连'],
  back: [(line: number) => `on line ${line}, nothing lost`, (line: number) => `第 ${line} 条连接，毫无丢失`],
  wrong: ['That went wrong', '出错了'],
})

/** The same for ears: without the numbers that change all the time. */
export const spokenWords = bilingual({
  stalled: ['Nothing has come for a while. You can stop the answer.', '有一会儿没有新内容了。可以停止回答。'],
  submitted: ['Asked. Waiting for the answer.', '已提问，等待回答。'],
  streaming: ['The answer is arriving.', '正在接收回答。'],
  reconnecting: ['The line broke. Reconnecting.', '连接断开，正在重连。'],
  complete: ['The answer is complete.', '回答完毕。'],
})

/** What stands under an answer. */
export const endWords = bilingual({
  stopped: ['Stopped. What had come was kept.', '已停止。已收到的内容保留了下来。'],
  truncated: ['This answer broke off, and could not be gone on with.', '这个回答中途断了，无法继续。'],
  error: ['The answer failed.', '回答失败。'],
  length: ['The model stopped at its limit of length.', '模型到达了长度上限。'],
  filter: ['A content filter ended this answer.', '内容过滤器结束了这个回答。'],
  usage: [
    (input: string, output: string) => `${input} tokens in, ${output} out`,
    (input: string, output: string) => `输入 ${input} 个 token，输出 ${output} 个`,
  ],
})
