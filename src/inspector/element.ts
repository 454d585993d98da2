import { createPanel, type Panel, type Sources } from './panel.js'
import { STYLE } from './style.js'
import type { HoldlineInspector } from './types.js'

/**
 * Makes `<holdline-inspector>` known to the page, once. Nothing happens on import, and nothing where there is no page.
 *
 * @param name - what the element is called; it must hold a hyphen
 *
 * @example
 * defineInspector()
 * const inspector = document.createElement('holdline-inspector') as HoldlineInspector
 * inspector.journal = journal
 * document.body.append(inspector)
 */
export function defineInspector(name: string = 'holdline-inspector'): void {
  const place = globalThis as Partial<typeof globalThis>
  if (!place.customElements || place.customElements.get(name)) return
  place.customElements.define(name, createClass())
}

const EMPTY: Sources = { journal: undefined, connection: undefined, judge: undefined }

/** The class that the DOM asks for; all that it does is done by the panel. It is made late: a server has no elements. */
function createClass(): new () => HoldlineInspector {
  return class extends HTMLElement implements HoldlineInspector {
    static readonly observedAttributes = ['lang']
    #sources = EMPTY
    #panel: Panel | undefined
    readonly #root = this.attachShadow({ mode: 'open' })

    get journal() {
      return this.#sources.journal
    }
    set journal(journal) {
      this.#look({ journal })
    }
    get connection() {
      return this.#sources.connection
    }
    set connection(connection) {
      this.#look({ connection })
    }
    get judge() {
      return this.#sources.judge
    }
    set judge(judge) {
      this.#look({ judge })
    }

    connectedCallback(): void {
      // A framework may have set these before the element was known.
      for (const name of ['journal', 'connection', 'judge'] as const) {
        const own = Object.getOwnPropertyDescriptor(this, name)
        if (own && Reflect.deleteProperty(this, name)) this.#sources = { ...this.#sources, [name]: own.value }
      }
      this.#show()
    }

    disconnectedCallback(): void {
      this.#panel?.dispose()
      this.#panel = undefined
      this.#root.replaceChildren()
    }

    attributeChangedCallback(): void {
      if (this.#panel) this.#show()
    }

    #look(change: Partial<Sources>): void {
      const next = { ...this.#sources, ...change }
      const same = (Object.keys(change) as (keyof Sources)[]).every((name) => this.#sources[name] === next[name])
      this.#sources = next
      if (this.#panel && !same) this.#show()
    }

    #show(): void {
      this.#panel?.dispose()
      if (this.#root.adoptedStyleSheets.length === 0) {
        const sheet = new CSSStyleSheet()
        sheet.replaceSync(STYLE)
        this.#root.adoptedStyleSheets = [sheet]
      }
      const language = this.closest<HTMLElement>('[lang]')?.lang ?? ''
      this.#panel = createPanel(this.#sources, language)
      this.#root.replaceChildren(this.#panel.element)
    }
  }
}
