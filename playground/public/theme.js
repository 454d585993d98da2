// Runs before the first paint, so that neither the theme nor the language flashes in late.
try {
  const theme = localStorage.getItem('holdline.theme')
  if (theme) document.documentElement.dataset.theme = theme
} catch {
  // A browser that keeps nothing follows the system.
}
document.documentElement.lang = (() => {
  const spoken = ['en', 'zh']
  const asked = new URLSearchParams(location.search).get('lang')
  if (spoken.includes(asked)) return asked
  try {
    const kept = localStorage.getItem('holdline.language')
    if (spoken.includes(kept)) return kept
  } catch {
    // The browser's own language, then.
  }
  return /^zh\b/i.test(navigator.language) ? 'zh' : 'en'
})()
if (document.documentElement.lang === 'zh') {
  document.title = document.querySelector('title')?.dataset.zh ?? document.title
}
