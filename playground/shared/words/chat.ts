import { bilingual } from '../bilingual'

/** What stands around a conversation. */
export const words = bilingual({
  region: ['Conversation', '对话'],
  welcome: ['Ask about holdline.', '问问 holdline。'],
  lead: [
    'The answers come from the project’s own documents. Cut the network or reload while one arrives: it goes on.',
    '回答来自本项目的文档（英文）。回答途中断网或刷新页面：它会继续。',
  ],
  suggestions: ['Suggestions', '建议的问题'],
  newTalk: ['New conversation', '新对话'],
  new: ['New', '新建'],
  jump: ['Go to the newest', '回到最新'],
  tryNow: ['Try now', '立即重试'],
  stopWaiting: ['Stop waiting', '不再等待'],
  queue: ['Waiting for their turn', '等待发送'],
  waits: ['waits for its turn', '排队中'],
  editWaiting: ['Change', '修改'],
  dropWaiting: ['Drop', '丢弃'],
  question: ['Your question', '你的问题'],
  placeholder: ['Ask about holdline', '输入关于 holdline 的问题'],
  send: ['Send', '发送'],
  enqueue: ['Queue', '排队'],
  stop: ['Stop', '停止'],
  ready: ['Enter sends · Shift+Enter makes a new line', 'Enter 发送 · Shift+Enter 换行'],
  busy: ['What you send now waits for its turn', '现在发送的内容会排队等待'],
  you: ['You', '你'],
  answer: ['Answer', '回答'],
  edit: ['Edit', '编辑'],
  editing: ['Edit your question', '编辑问题'],
  cancel: ['Cancel', '取消'],
  ask: ['Ask', '提问'],
  unanswered: ['This question has no answer yet.', '这个问题还没有回答。'],
  askAgain: ['Ask again', '重新提问'],
  regenerate: ['Regenerate', '重新生成'],
  copy: ['Copy', '复制'],
  copied: ['Copied', '已复制'],
  copyFailed: ['The browser does not let us', '浏览器不允许'],
  versions: ['Versions', '版本'],
  before: ['Version before', '上一个版本'],
  after: ['Version after', '下一个版本'],
  thinking: ['Thinking …', '正在思考…'],
  thought: ['What it thought', '思考过程'],
  sources: ['Sources', '来源'],
})

/** How the server is made to answer. */
export const settingWords = bilingual({
  format: ['Format', '格式'],
  auto: ['Auto: any of them', '自动识别'],
  text: ['Plain text', '纯文本'],
  plain: ['holdline’s own', 'holdline 自有格式'],
  speed: ['Speed', '速度'],
  slow: ['Slow model', '慢速模型'],
  normal: ['33 tokens/s', '33 token/秒'],
  fast: ['200 tokens/s', '200 token/秒'],
  flood: ['5,000 tokens/s', '5,000 token/秒'],
  own: [(speed: string) => `${speed} tokens/s`, (speed: string) => `${speed} token/秒`],
})

/** A tool call, from the first letter of its input. */
export const toolWords = bilingual({
  card: ['Tool call', '工具调用'],
  'input-streaming': ['is being written', '正在填写'],
  'input-available': ['is running', '正在运行'],
  'approval-requested': ['asks for your word', '等待你的许可'],
  'approval-responded': ['is going on', '正在继续'],
  'output-available': ['done', '已完成'],
  'output-error': ['failed', '失败'],
  'output-denied': ['refused', '已拒绝'],
  input: ['Input', '输入'],
  output: ['Output', '输出'],
  error: ['Error', '错误'],
  allow: ['Allow', '允许'],
  deny: ['Deny', '拒绝'],
  may: [(name: string) => `May ${name} run?`, (name: string) => `允许运行 ${name} 吗？`],
  refused: ['The user refused the call', '用户拒绝了这次调用'],
})

/** What is sent along with a question. */
export const fileWords = bilingual({
  attach: ['Attach files', '添加附件'],
  attached: ['Attached', '附件'],
  remove: [(name: string) => `Remove ${name}`, (name: string) => `移除 ${name}`],
  cannot: ['This format has no words for files', '此格式不支持附件'],
  tooMany: [
    (most: number) => `At most ${most} files go with a question.`,
    (most: number) => `一个问题最多附带 ${most} 个文件。`,
  ],
  tooLarge: [
    (name: string, size: string, most: string) => `${name} has ${size}; a file may have ${most} at most.`,
    (name: string, size: string, most: string) => `${name} 为 ${size}；单个文件最多 ${most}。`,
  ],
  unreadable: [(name: string) => `${name} could not be read.`, (name: string) => `无法读取 ${name}。`],
})

/** A question, as it is shown and as it is sent. */
export const suggested = bilingual({
  cut: ['What happens when the line breaks in the middle of an answer?', '回答途中断线会怎样？'],
  transport: ['Which transport should I choose?', '该选哪种传输方式？'],
  server: ['What must my server do?', '服务器要做什么？'],
  time: ['What time is it?', '现在几点？'],
  notify: ['Notify everybody: lunch is ready', '通知大家：开饭了'],
  search: ['Search the docs for heartbeat', '搜索文档：heartbeat'],
  recite: ['Recite the whole PROTOCOL.md', '背诵全文 PROTOCOL.md'],
})
