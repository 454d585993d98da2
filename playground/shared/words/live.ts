import { bilingual } from '../bilingual'

export const words = bilingual({
  title: ['The server’s machine, as it is now', '服务器此刻的状态'],
  lead: [
    'One sample per second. What was missed while the line was down is filled in.',
    '每秒一个样本。连接断开期间错过的样本会补上。',
  ],
  cpu: ['CPU, all cores', 'CPU，全部核心'],
  memory: ['Memory in use', '已用内存'],
  memoryNow: [
    (used: string, total: string) => `${used} of ${total} GiB`,
    (used: string, total: string) => `${used} / ${total} GiB`,
  ],
  lag: ['Event-loop lag, 99th percentile', '事件循环延迟，第 99 百分位'],
  cpuLine: ['CPU', 'CPU'],
  memoryLine: ['Memory', '内存'],
  lagLine: ['Lag', '延迟'],
  lately: [(line: string) => `${line} over the last minutes`, (line: string) => `最近几分钟的${line}`],
  received: ['Received', '已收到'],
  newest: ['Newest', '最新'],
  missing: ['Missing', '缺失'],
  twice: ['Twice', '重复'],
  gaps: ['Gaps told', '已告知的缺口'],
})
