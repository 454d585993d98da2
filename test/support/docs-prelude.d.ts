// Names that the documents' examples take from the application around them.
export {}

declare global {
  /** Puts something on the screen. */
  function show(...values: unknown[]): void
  /** The access token of the moment. */
  function token(): Promise<string>
}
