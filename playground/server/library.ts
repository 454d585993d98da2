import MiniSearch from 'minisearch'
import { type Block, type Passage, plainText, readPassages } from './passages.js'
import { isChinese, type Language, stem, type Terms, wordsOf } from './terms.js'

/** A passage that may hold the answer. */
export interface Hit {
  readonly passage: Passage
  readonly score: number
}

/** The documents of one language. */
export interface Library {
  readonly language: Language
  readonly passages: readonly Passage[]
  /** The best passages first. */
  search(terms: Terms): readonly Hit[]
  /** Whether the documents speak of it at all. */
  knows(term: string): boolean
  /** Whether a passage has any of the words. */
  speaksOf(passage: Passage, terms: Terms): boolean
  /** How much of what is asked for a piece of text holds; rare words count more. */
  rate(text: string, terms: Terms): number
}

/** What tells of others, of numbers and of the past; few questions are about that. */
const ASIDE = /^(docs\/(comparison|benchmarks|performance|pains)|CHANGELOG|CONTRIBUTING|THIRD_PARTY)\.md$/
const LESS = 0.4
const ASKING_ASIDE = ['compare', 'comparison', 'benchmark', 'measure', 'faster', 'pain', 'changelog', 'contribute'].map(
  stem,
)

/** Below this part of the best score, a passage is about something else. */
const WORTH = 0.55

const stemsOf = (text: string): Set<string> => new Set(wordsOf(plainText(text)).map(stem))

/** Reads the project's documents and makes them searchable. A document is in the language of its heading. */
export async function openLibraries(root: string): Promise<Readonly<Record<Language, Library>>> {
  const passages = await readPassages(root)
  const inChinese = ({ trail }: Passage): boolean => isChinese(trail[0] ?? '')
  return {
    en: openLibrary(
      'en',
      passages.filter((passage) => !inChinese(passage)),
    ),
    zh: openLibrary('zh', passages.filter(inChinese)),
  }
}

function openLibrary(language: Language, passages: readonly Passage[]): Library {
  const byId = new Map(passages.map((passage) => [passage.id, passage]))
  const index = new MiniSearch<{ id: number; title: string; trail: string; text: string }>({
    fields: ['title', 'trail', 'text'],
    tokenize: wordsOf,
    processTerm: stem,
    searchOptions: {
      boost: { title: 3, trail: 1.2 },
      prefix: (term) => term.length > 4,
      fuzzy: (term) => (term.length > 5 ? 0.2 : false),
      weights: { prefix: 0.3, fuzzy: 0.2 },
      // The terms are stems already.
      tokenize: (text) => text.split(' '),
      processTerm: (term) => term,
    },
  })
  index.addAll(
    passages.map(({ id, trail, blocks }) => ({
      id,
      title: trail.at(-1) ?? '',
      trail: trail.slice(0, -1).join(' '),
      text: plainText(blocks.map(({ text }) => text).join('\n')),
    })),
  )

  const stemsById = new Map(
    passages.map(({ id, trail, blocks }) => [id, stemsOf([...trail, ...blocks.map(({ text }) => text)].join('\n'))]),
  )
  const stems = [...stemsById.values()]
  const rarity = (term: string): number => {
    const holding = stems.filter((held) => held.has(term)).length
    return Math.log(1 + (passages.length + 1) / (holding + 0.5))
  }

  return {
    language,
    passages,
    search(terms) {
      const aside = ASKING_ASIDE.some((term) => terms.has(term)) ? 1 / LESS : LESS
      const found = index.search([...terms.keys()].join(' '), {
        boostTerm: (term) => terms.get(term) ?? 1,
        boostDocument: (id) => (ASIDE.test(byId.get(Number(id))?.file ?? '') ? aside : 1),
      })
      const best = found[0]?.score ?? 0
      return found
        .filter(({ score }) => score >= best * WORTH)
        .flatMap(({ id, score }) => {
          const passage = byId.get(Number(id))
          return passage ? [{ passage, score }] : []
        })
    },
    knows: (term) => stems.some((held) => held.has(term)) || index.search(term, { prefix: true }).length > 0,
    speaksOf: ({ id }, terms) => [...terms.keys()].some((term) => stemsById.get(id)?.has(term)),
    rate(text, terms) {
      const held = stemsOf(text)
      let sum = 0
      for (const [term, weight] of terms) if (held.has(term)) sum += weight * rarity(term)
      return sum
    },
  }
}

/** A sentence that could stand alone. */
export const sentencesOf = ({ kind, text }: Block): string[] =>
  kind === 'code' || kind === 'table'
    ? []
    : text
        .replace(/^([-*+]|\d+[.)])\s+/, '')
        .replace(/\s*\n\s*/g, ' ')
        .split(/(?<=[.!?])(?<!\b(?:e\.g|i\.e|etc|vs)\.)\s+(?=[A-Z`"“*[])|(?<=[。！？])\s*/)
        .map((sentence) => sentence.trim())
        .filter((sentence) => sentence !== '')
