/** Brings the bar to life. The page works without it. */
export function wireBar(): void {
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

  // The transport that was chosen comes along; where a page changes it, the links must follow.
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-keeps-query]')) {
    link.addEventListener('click', () => {
      link.search = location.search
    })
  }
}
