export interface Result {
  /** The transport that was checked. */
  readonly where: string
  readonly rule: string
  readonly verdict: 'ok' | 'WRONG' | 'advice' | 'unchecked'
  readonly seen: string | undefined
  readonly what: string
  readonly level: 'must' | 'should'
  readonly section: number
  readonly says: string
  readonly mend: string
}

export interface CheckOptions {
  readonly url: string
  readonly transports: readonly string[]
  readonly send?: string | true
  readonly chat?: boolean
  readonly data?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly slow?: boolean
  readonly patienceMs?: number
  readonly answerMs?: number
  readonly tell?: (result: Result) => void
}

export const TRANSPORTS: readonly string[]
export function check(options: CheckOptions): Promise<Result[]>
