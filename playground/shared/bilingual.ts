export type Language = 'en' | 'zh'

const isLanguage = (value: string | null | undefined): value is Language => value === 'en' || value === 'zh'

/** `theme.js` has chosen it before the first paint, and written it on the page. */
export const language: Language = isLanguage(document.documentElement.lang) ? document.documentElement.lang : 'en'

/** A page in the other language is loaded anew: nothing on it has to change under the reader's eyes. */
export function speak(next: Language): void {
  try {
    localStorage.setItem('holdline.language', next)
  } catch {
    // The address says it as well.
  }
  const url = new URL(location.href)
  url.searchParams.set('lang', next)
  location.replace(url)
}

/**
 * The texts of a page, each in English and in Chinese, in the language of the reader. What has numbers or names in it is a
 * function.
 *
 * @example
 * const words = bilingual({ send: ['Send', '发送'], left: [(n: number) => `${n} left`, (n: number) => `还剩 ${n}`] })
 * words.left(3)
 */
export function bilingual<const Table extends Readonly<Record<string, readonly [english: unknown, chinese: unknown]>>>(
  table: Table,
): { readonly [Key in keyof Table]: Table[Key][0] extends string ? string : Table[Key][0] } {
  const column = language === 'zh' ? 1 : 0
  return Object.fromEntries(Object.entries(table).map(([key, texts]) => [key, texts[column]])) as {
    [Key in keyof Table]: Table[Key][0] extends string ? string : Table[Key][0]
  }
}
