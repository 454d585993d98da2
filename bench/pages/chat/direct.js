// No framework and no library: the text is appended with the next frame. Nothing can be faster, and nothing is kept.
import { history, readDeltas } from './stage.js'

export function direct(root, url) {
  const add = ({ text, old }) => {
    const article = document.createElement('article')
    if (old) article.dataset.old = 'old'
    const p = document.createElement('p')
    const words = document.createTextNode(text)
    p.append(words)
    article.append(p)
    root.append(article)
    return words
  }
  for (const message of history) add({ ...message, old: true })

  return () => {
    add({ text: 'How?' })
    const words = add({ text: '' })
    let waiting = ''
    const paint = () => {
      words.appendData(waiting)
      waiting = ''
    }
    void readDeltas(url, (delta) => {
      if (waiting === '') requestAnimationFrame(paint)
      waiting += delta
    })
  }
}
