// Shows a conversation with one of many libraries, and says what an answer costs the page.
import { direct } from './chat/direct.js'
import { inReact } from './chat/react.jsx'
import { untilShown } from './chat/stage.js'
import { inVue } from './chat/vue.js'

const pages = { 'direct DOM': direct, ...inReact, ...inVue }
let ask

window.mount = (who, url) => {
  ask = pages[who](document.getElementById('root'), url)
  // Shown, and quiet.
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))
}

window.run = (count) => untilShown(count, () => ask())
