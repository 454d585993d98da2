/** Words that say how something is asked, not what about. */
const STOP_WORDS = new Set(
  (
    'a about after again all also am an and any are as at be because been before being but by can cannot could did do ' +
    'does doing done exist exists explain for from get gets give had happen happens has have how i if in into is it its itself just know knows let like ' +
    'many may me mean means might more most much must my need no not now of off often on once one only or other our out ' +
    'over please really same shall she should show so some such tell than that the their them then there these they ' +
    'thing this those to too under up us use used uses using very want was way we were what when where which while who ' +
    'whom why will with within without work works would yes you your'
  ).split(' '),
)

/** What everything here is about: it tells no passage from another. */
const OUR_NAME = 'holdline'

/** A word that many use, and those that the documents use for it. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  reconnect: ['resume', 'retry'],
  reconnection: ['resume', 'retry'],
  break: ['cut', 'drop'],
  disconnect: ['drop', 'reader', 'leave'],
  offline: ['drop', 'cut'],
  abort: ['stop'],
  cancel: ['stop', 'delete'],
  install: ['npm'],
  ws: ['websocket'],
  socket: ['websocket'],
  keepalive: ['heartbeat'],
  timeout: ['heartbeat', 'limit'],
  lost: ['missing', 'lose', 'gap'],
  license: ['licence'],
  start: ['run', 'begin'],
  stop: ['delete'],
}

/** A word as it is searched for: without the endings that grammar adds. */
export function stem(word: string): string {
  const lower = word.toLowerCase()
  if (!/^[a-z]{4,}$/.test(lower)) return lower
  return lower
    .replace(/(ss|us|is)$/, '$1')
    .replace(/ies$/, 'y')
    .replace(/([^su])s$/, '$1')
    .replace(/([a-z]{3})(ing|ed)$/, '$1')
    .replace(/([^aeiouls])\1$/, '$1')
    .replace(/([a-z]{3})e$/, '$1')
}

export type Language = 'en' | 'zh'

export const isChinese = (text: string): boolean => /\p{Script=Han}/u.test(text)

/** Chinese has no spaces: any two characters in a row may be a word. */
const pairsOf = (run: string): string[] =>
  Array.from(run)
    .flatMap((first, at, all) => first + (all[at + 1] ?? ''))
    .slice(0, -1)

/** The words of a text: `createChat` and `Last-Event-ID` are found by their parts too. */
export function wordsOf(text: string): string[] {
  const words = text.match(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu) ?? []
  return words.flatMap((word) => {
    if (isChinese(word)) return pairsOf(word)
    const parts = word.split(/(?<=[a-z0-9])(?=[A-Z])/)
    return parts.length > 1 ? parts.concat(word) : word
  })
}

/** How a page is told to say "how long" or "how often" where the words themselves mislead. */
const IDIOMS: readonly (readonly [RegExp, string])[] = [
  [/\bhow (long|soon|quickly)\b/gi, 'seconds'],
  [/\bhow (often|frequently)\b/gi, 'interval seconds every'],
  [/\bset ?up\b/gi, 'install'],
  [/\bwhat (must|should|does) (my|a|the) server( have to)? do\b/gi, 'server nothing lost'],
  [/\b(web ?sockets?)\b/gi, 'websocket'],
  [/\b(server[- ]sent[- ]events?|sse)\b/gi, 'sse server-sent events'],
]

/** The documents are in English, and so is what a question in Chinese is about. */
const CHINESE: readonly (readonly [RegExp, string])[] = [
  [/断线|断开|掉线|中断|断网/gu, 'cut line'],
  [/重连|续传|恢复|继续/gu, 'resume reconnect'],
  [/传输方式|传输/gu, 'transport'],
  [/服务器|服务端|后端/gu, 'server'],
  [/心跳/gu, 'heartbeat'],
  [/停止/gu, 'stop'],
  [/工具/gu, 'tool'],
  [/协议/gu, 'protocol'],
  [/安装/gu, 'install'],
  [/回答|答案/gu, 'answer'],
  [/持久化|保存|刷新/gu, 'persist reload'],
  [/长轮询/gu, 'long polling'],
  [/轮询/gu, 'polling'],
]

/** Words of a question that the Chinese documents have another word for. */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/掉线|断网|断开|断连|网断/gu, '断线'],
  [/登录|凭证|密钥/gu, '令牌'],
  [/重新加载|重载/gu, '刷新'],
  [/报错|异常|失败/gu, '出错'],
  [/调试|检查器/gu, '查看线路'],
]

/** Characters that say how something is asked, not what about. */
const FUNCTION_WORDS =
  /[的了吗呢啊吧在里是用和与或及要该做选哪种什么怎样如何会时候我你它把被才能可以需必须发生一个每多久之后请问那这有没不应]+/gu

const replaced = (text: string, by: readonly (readonly [RegExp, string])[]): string =>
  by.reduce((before, [words, meant]) => before.replace(words, ` ${meant} `), text)

/** A question as the documents of a language would put it. */
function putIn(language: Language, question: string): string {
  if (!isChinese(question)) return question
  const words = replaced(question, language === 'zh' ? ALIKE : CHINESE)
  return words.replace(FUNCTION_WORDS, ' ')
}

/** What a question is about: stems, each with how much it counts. */
export type Terms = ReadonlyMap<string, number>

/** The words of a question that say what it is about. */
export function keywordsOf(question: string, language: Language = 'en'): string[] {
  const asked = IDIOMS.reduce((text, [idiom, meant]) => text.replace(idiom, meant), putIn(language, question))
  const words = wordsOf(asked).filter((word) => {
    const lower = word.toLowerCase()
    return !STOP_WORDS.has(lower) && lower !== OUR_NAME && (lower.length > 1 || /[\p{Lo}\d]/u.test(lower))
  })
  return [...new Set(words)]
}

/** What a question is about, in words that can be shown. */
export const subjectOf = (question: string, language: Language): string =>
  language === 'zh'
    ? (putIn(language, question).match(/[\p{L}\p{N}]+/gu) ?? []).join('、')
    : keywordsOf(question, language).join(', ')

export function termsOf(question: string, language?: Language): Terms {
  const keywords = keywordsOf(question, language).map((word) => word.toLowerCase())
  const terms = new Map<string, number>(keywords.map((word) => [stem(word), 1]))
  for (const word of keywords) {
    for (const other of SYNONYMS[word] ?? SYNONYMS[stem(word)] ?? []) {
      if (!terms.has(stem(other))) terms.set(stem(other), 0.5)
    }
  }
  return terms
}

/** How much less an earlier question counts than the one after it. */
const FADE = 0.3

/** The terms of a conversation: the newest question first, the earlier ones fainter and fainter. */
export function termsInContext(questions: readonly string[], language?: Language): Terms {
  const terms = new Map<string, number>()
  let weight = 1
  for (const question of [...questions].reverse().slice(0, 3)) {
    for (const [term, own] of termsOf(question, language)) terms.set(term, Math.max(terms.get(term) ?? 0, own * weight))
    weight *= FADE
  }
  return terms
}
