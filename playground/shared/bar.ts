import { language, speak } from './bilingual'

/** Brings the bar to life. The page works without it. */
export function wireBar(): void {
  wireTheme()
  wireLanguage()

  // The transport that was chosen comes along; where a page changes it, the links must follow.
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-keeps-query]')) {
    link.addEventListener('click', () => {
      link.search = location.search
    })
  }
}

function wireTheme(): void {
  const root = document.documentElement
  const system = matchMedia('(prefers-color-scheme: dark)')

  document.querySelector('#theme')?.addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : system.matches
    root.dataset.theme = dark ? 'light' : 'dark'
    try {
      localStorage.setItem('holdline.theme', root.dataset.theme)
    } catch {
      // It holds for this page, then.
    }
    dispatchEvent(new Event('themechange'))
  })
  system.addEventListener('change', () => dispatchEvent(new Event('themechange')))
}

/** What is seen stands in the page in both languages; names that are only heard are exchanged here. */
function wireLanguage(): void {
  if (language === 'zh') {
    for (const named of document.querySelectorAll<HTMLElement>('[aria-label][data-zh]')) {
      named.ariaLabel = named.dataset.zh ?? ''
    }
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-language]')) {
    const next = link.dataset.language === 'zh' ? 'zh' : 'en'
    if (next === language) link.setAttribute('aria-current', 'true')
    link.addEventListener('click', (event) => {
      event.preventDefault()
      if (next !== language) speak(next)
    })
  }
}
