// Runs before the first paint, so that a chosen theme does not flash in late.
try {
  const theme = localStorage.getItem('holdline.theme')
  if (theme) document.documentElement.dataset.theme = theme
} catch {
  // A browser that keeps nothing follows the system.
}
