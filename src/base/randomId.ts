/** An id that nobody can guess. (`crypto.randomUUID` is not there on pages without TLS.) */
export const randomId = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-')
