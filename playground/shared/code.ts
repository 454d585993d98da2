import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import css from 'highlight.js/lib/languages/css'
import go from 'highlight.js/lib/languages/go'
import http from 'highlight.js/lib/languages/http'
import java from 'highlight.js/lib/languages/java'
import json from 'highlight.js/lib/languages/json'
import nginx from 'highlight.js/lib/languages/nginx'
import python from 'highlight.js/lib/languages/python'
import rust from 'highlight.js/lib/languages/rust'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'

const languages = { bash, css, go, http, java, json, nginx, python, rust, sql, typescript, xml, yaml }
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language)
hljs.registerAliases(['vue', 'svelte'], { languageName: 'xml' })
hljs.registerAliases(['js', 'javascript', 'jsx', 'mjs'], { languageName: 'typescript' })

/** While it is written, code is coloured anew with each frame; beyond this it would cost too much of one. */
const LONGEST = 20_000

/** Code to HTML with a class for each kind of word; as it is, where nobody knows the language. */
export function toColours(code: string, language: string = ''): string {
  const name = language.trim().split(/\s/)[0] ?? ''
  if (code.length > LONGEST || !hljs.getLanguage(name)) return escapeHtml(code)
  return hljs.highlight(code, { language: name, ignoreIllegals: true }).value
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
