// The site that `npm run docs` serves. Its pages are made of the documents by scripts/lib/docs.
import { documents } from '../../scripts/lib/docs/pages.mjs'
import { doors } from '../../scripts/lib/docs/reference.mjs'

const pages = new Set(Object.values(documents()).map((page) => `/${page.replace(/(^|\/)index\.md$|\.md$/, '$1')}`))
const isThere = ([, link]) => link.startsWith('/reference/') || pages.has(link)

const group = (text, items, collapsed) => ({
  text,
  ...(collapsed === undefined ? {} : { collapsed }),
  items: items.filter(isThere).map(([name, link]) => ({ text: name, link })),
})

const guides = [
  group('Start', [
    ['What it is', '/'],
    ['中文指南', '/zh'],
    ['Recipes', '/recipes'],
    ['Comparison', '/comparison'],
    ['Pains', '/pains'],
    ['Benchmarks', '/benchmarks'],
    ['Goals not reached', '/performance'],
  ]),
  group('Use', [
    ['Connections', '/connection'],
    ['Transports', '/transports'],
    ['Chat', '/chat'],
    ['Vue', '/vue'],
    ['React', '/react'],
    ['The inspector', '/inspector'],
    ['Testing', '/testing'],
  ]),
  group('Servers', [
    ['A server of your own', '/server'],
    ['The protocol', '/protocol'],
    ['Dialects', '/dialects'],
    ['Scaling out', '/scaling'],
    ['Adapters', '/adapters'],
  ]),
  group('Backends of a chat', [
    ['OpenAI and its like', '/guides/openai'],
    ['Anthropic', '/guides/anthropic'],
    ['The AI SDK', '/guides/ai-sdk-backend'],
    ['Your own', '/guides/own-backend'],
    ['Tools', '/guides/tools'],
    ['What outlives a page', '/guides/persistence'],
  ]),
  group('Moving here', [
    ['from EventSource', '/guides/from-eventsource'],
    ['from fetch-event-source', '/guides/from-fetch-event-source'],
    ['from reconnecting-websocket', '/guides/from-reconnecting-websocket'],
    ['from VueUse', '/guides/from-vueuse'],
    ['from the AI SDK’s useChat', '/guides/from-usechat'],
  ]),
  group('Reference', [['All doors', '/reference/'], ...doors().map(({ name }) => [name, `/reference/${name}`])], true),
  group(
    'Project',
    [
      ['Changes', '/changelog'],
      ['Contributing', '/contributing'],
      ['Security', '/security'],
      ['Third-party software', '/third-party'],
    ],
    true,
  ),
]

/** As the documents write them, and as the usual hosts of repositories make them. */
const slugify = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')

/** Files that are shown for the sake of a link would drown what one looks for. */
const render = (text, env, markdown) => {
  const html = markdown.render(text, env)
  return env.frontmatter?.search === false ? '' : html
}

/** Chinese has no spaces between words: each character is one. */
const tokenize = (text) => text.match(/\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu) ?? []

const WIDE = ['comparison.md', 'pains.md']

export default {
  title: 'holdline',
  description: 'One live line between a page and its server, and chats over it, for Vue and React.',
  lang: 'en',
  srcDir: 'dist/pages',
  outDir: 'dist/site',
  cacheDir: 'dist/cache',
  base: process.env.BASE || '/',
  cleanUrls: true,
  // Wide tables have the whole page.
  transformPageData(page) {
    if (WIDE.includes(page.relativePath)) page.frontmatter.aside = false
  },
  // The index of the search is one piece, and loaded when somebody searches.
  vite: { build: { chunkSizeWarningLimit: 2_000 } },
  markdown: { anchor: { slugify }, theme: { light: 'github-light', dark: 'github-dark' } },
  themeConfig: {
    search: { provider: 'local', options: { _render: render, miniSearch: { options: { tokenize } } } },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Recipes', link: '/recipes' },
      { text: 'Vue', link: '/vue' },
      { text: 'React', link: '/react' },
      { text: 'Servers', link: '/server' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: guides,
  },
}
