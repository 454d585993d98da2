/** Fetched when somebody opens it: a page that nobody inspects does not pay for it. */
export async function loadInspector(): Promise<void> {
  const { defineInspector } = await import('holdline/inspector')
  defineInspector()
}
