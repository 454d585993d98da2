import { bilingual } from '../bilingual'

export const words = bilingual({
  cut: ['Cut the network', '切断网络'],
  more: ['More faults', '更多故障'],
  faults: ['Faults', '故障'],
  inspector: ['Inspector', '检查器'],
  during: ['For', '持续'],
  seconds: [(count: number) => `${count} s`, (count: number) => `${count} 秒`],
  end: ['End it', '结束'],
  server: ['The server', '服务器'],
  way: ['The way there', '途中'],
  page: ['This page', '本页面'],
  quiet: [
    'These meet only the lines of this page, and pass by themselves.',
    '这些故障只影响本页面的连接，并会自行结束。',
  ],
  left: [
    (label: string, what: string, count: string) => `${label}: ${what} · ${count} s left`,
    (label: string, what: string, count: string) => `${label}：${what} · 还剩 ${count} 秒`,
  ],
  status: [
    (status: number) => `The server answered with HTTP status ${status}`,
    (status: number) => `服务器返回了 HTTP 状态码 ${status}`,
  ],
  nothingCut: [
    'There was nothing to cut at that moment: a poll comes and goes. Try again',
    '此刻没有可切断的连接：轮询时有时无。请再试一次',
  ],
  noToken: ['There is no token yet: open a line first', '还没有令牌：请先建立连接'],
})

/** What each fault is called, and what happens then, in half a sentence. */
export const faultWords = {
  refuse: bilingual({
    label: ['Refuse', '拒绝'],
    what: ['new lines are answered with 503 and Retry-After', '新连接得到 503 和 Retry-After'],
  }),
  unavailable: bilingual({
    label: ['503', '503'],
    what: ['new lines are answered with 503 and no word of when', '新连接得到 503，且不说明何时恢复'],
  }),
  limited: bilingual({ label: ['429', '429'], what: ['new lines are answered with 429', '新连接得到 429'] }),
  unauthorized: bilingual({ label: ['401', '401'], what: ['new lines are answered with 401', '新连接得到 401'] }),
  expire: bilingual({
    label: ['Expire the token', '令牌过期'],
    what: [
      'the line is cut, refused once with 401, and asks for a new token',
      '连接被切断，得到一次 401，然后换取新令牌',
    ],
  }),
  html: bilingual({
    label: ['HTML', 'HTML'],
    what: ['new lines are answered with a login page', '新连接得到一个登录页面'],
  }),
  kept: bilingual({
    label: ['Restart', '重启'],
    what: ['the server comes back and knows everything', '服务器重启后什么都记得'],
  }),
  lost: bilingual({
    label: ['Restart, forget', '重启并遗忘'],
    what: ['the server comes back and knows nothing', '服务器重启后什么都不记得'],
  }),
  hole: bilingual({
    label: ['Black hole', '黑洞'],
    what: ['nothing that the server says gets through', '服务器的话全部被吞掉'],
  }),
  delay: bilingual({ label: ['Slow', '延迟'], what: ['every piece comes 1.5 s late', '每段数据晚到 1.5 秒'] }),
  throttle: bilingual({ label: ['Narrow', '限速'], what: ['1 kB per second gets through', '每秒只通过 1 kB'] }),
  split: bilingual({ label: ['Single bytes', '逐字节'], what: ['every byte comes alone', '每个字节单独到达'] }),
  buffer: bilingual({
    label: ['Bad proxy', '坏代理'],
    what: [
      'WebSockets are refused, and answers are held back until 16 kB or their end',
      '拒绝 WebSocket，并扣住响应，直到攒够 16 kB 或响应结束',
    ],
  }),
  offline: bilingual({
    label: ['As if offline', '模拟离线'],
    what: ['the lines of this page break, and it is told that it is offline', '本页面的连接断开，并收到离线通知'],
  }),
  freeze: bilingual({
    label: ['Block the tab', '阻塞标签页'],
    what: [
      'its thread stands still, for 10 s at the most: as near to a frozen tab as a page can get',
      '主线程停住，最多 10 秒：页面自己能做到的最接近冻结的效果',
    ],
  }),
} as const
