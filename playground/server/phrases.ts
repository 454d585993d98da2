import { isChinese } from './terms.js'

/** What the assistant says by itself, in one language. What it quotes is in the language of the documents. */
export interface Phrases {
  readonly examples: readonly string[]
  readonly hello: string
  readonly welcome: string
  help(files: string): string
  readonly tryThese: string
  readonly realModel: string
  readonly nothingAsked: string
  readonly asked: string
  goesOn(file: string): string
  readonly noSearch: string
  searching(documents: number, words: string, context: boolean): string
  readonly whatWasAsked: string
  readonly foundNothing: string
  found(passages: number, best: string): string
  readonly unknown: string
  readonly topics: string
  readonly noDocuments: string
  /** Before a passage in another language than the question. */
  readonly otherLanguage: string
  readonly looking: string
  got(files: number): string
  readonly fileColumns: readonly [name: string, type: string, size: string]
  readonly onlyALink: string
  readonly notTold: string
  bytes(size: string): string
  all(file: string): string
  needs(tool: string): string
  time(time: string, zone: string): string
  readonly told: string
  notRun(tool: string, why: string): string
  said(tool: string, output: string): string
}

const english: Phrases = {
  examples: [
    'How does a client resume after the line was cut?',
    'What does a chat run look like over WebSocket?',
    'How often must a server send a heartbeat?',
    'What happens when the server no longer knows the cursor?',
  ],
  hello: 'Hello! I answer questions about holdline from the project’s own documents. Try one of these:',
  welcome: 'You are welcome. Ask on whenever you like.',
  help: (files) =>
    `I am a small assistant without a model behind me: I search ${files || 'the documents'} for what you ask, and show ` +
    'you the passages that answer it. A follow-up question such as “and over WebSocket?” knows what you asked before.',
  tryThese: 'Try one of these:',
  realModel: 'With `OPENAI_BASE_URL` set, a real model answers instead.',
  nothingAsked: 'This is the first thing that you have asked me.',
  asked: 'In this conversation you have asked:',
  goesOn: (file) => `\`${file}\` goes on with:`,
  noSearch: 'No need to search for this.',
  searching: (documents, words, context) =>
    `Searching ${documents === 1 ? 'one document' : `${documents} documents`} for ${words}` +
    `${context ? ', with the earlier questions in mind' : ''} … `,
  whatWasAsked: 'what was asked before',
  foundNothing: 'found nothing.',
  found: (passages, best) => `found ${passages === 1 ? 'one passage' : `${passages} passages`}; the best is ${best}.`,
  unknown: 'The documents of this project say nothing about that, and I know nothing but them.',
  topics: 'Here is what I can answer questions about:',
  noDocuments: 'In fact there are no documents here yet.',
  otherLanguage: 'The documents in your language do not speak of it; this is what the others say:',
  looking: 'Looking at what came with the question.',
  got: (files) => `I got ${files === 1 ? 'one file' : `${files} files`} with your question:`,
  fileColumns: ['name', 'type', 'size'],
  onlyALink: 'only a link',
  notTold: 'not told',
  bytes: (size) => `${size} bytes`,
  all: (file) => `All of ${file}, then.`,
  needs: (tool) => `This needs the tool ${tool}.`,
  time: (time, zone) => `It is **${time}** (${zone}).`,
  told: 'Done: whoever has the **Notifications** page open has just seen it.',
  notRun: (tool, why) =>
    `So I have not done it. The tool \`${tool}\` was not run to its end: ${why.replace(/\.$/, '')}.`,
  said: (tool, output) => `The tool \`${tool}\` said \`${output}\`.`,
}

const chinese: Phrases = {
  examples: ['断线之后怎样重连？', '怎样停止一个回答？', '心跳应该多久一次？', '服务器要做什么？'],
  hello: '你好！我根据本项目自己的文档回答关于 holdline 的问题。可以试试：',
  welcome: '不客气，随时可以接着问。',
  help: (files) =>
    `我是一个小助手，背后没有模型：我在 ${files || '文档'} 里查找你问的内容，把能回答它的段落给你看。` +
    '接着追问“那 WebSocket 呢？”这样的问题，我也记得你之前问过什么。',
  tryThese: '可以试试：',
  realModel: '设置 `OPENAI_BASE_URL` 之后，由真正的模型来回答。',
  nothingAsked: '这是你问我的第一个问题。',
  asked: '在这次对话里你问过：',
  goesOn: (file) => `\`${file}\` 还讲了：`,
  noSearch: '这个不用查。',
  searching: (documents, words, context) =>
    `正在 ${documents} 篇文档里查找 ${words}${context ? '，并考虑之前的问题' : ''} …… `,
  whatWasAsked: '之前问过的内容',
  foundNothing: '没有找到。',
  found: (passages, best) => `找到 ${passages} 段；最合适的是 ${best}。`,
  unknown: '本项目的文档没有谈到这一点，而我只知道文档里的内容。',
  topics: '这些问题我可以回答：',
  noDocuments: '其实这里还没有任何文档。',
  otherLanguage: '中文指南没有谈到这一点，英文文档是这样说的：',
  looking: '看看随问题一起发来的文件。',
  got: (files) => `随问题收到了 ${files} 个文件：`,
  fileColumns: ['名称', '类型', '大小'],
  onlyALink: '只有链接',
  notTold: '未注明',
  bytes: (size) => `${size} 字节`,
  all: (file) => `那就把 ${file} 全文念一遍。`,
  needs: (tool) => `这需要工具 ${tool}。`,
  time: (time, zone) => `现在是 **${time}**（${zone}）。`,
  told: '好了：打开着 **通知** 页面的人刚刚都看到了。',
  notRun: (tool, why) => `所以没有做成：工具 \`${tool}\` 没有运行完：${why.replace(/[.。]$/, '')}。`,
  said: (tool, output) => `工具 \`${tool}\` 的结果是 \`${output}\`。`,
}

/** In the language of the question. */
export const phrasesFor = (question: string): Phrases => (isChinese(question) ? chinese : english)
