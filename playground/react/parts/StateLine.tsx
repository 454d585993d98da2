import type { ReactNode } from 'react'
import type { Telling } from '../../shared/telling'
import { useNow } from './hooks'

interface StateLineProps {
  /** Whether what it says changes with time. */
  readonly ticking: boolean
  readonly tell: (now: number) => Telling
  readonly children?: ReactNode
}

export function StateLine({ ticking, tell, children }: StateLineProps) {
  const { tone, word, more } = tell(useNow(ticking))
  return (
    <div className="state" data-tone={tone}>
      <span className="dot" />
      {/* Another word begins another sentence: nothing of the old one is pushed aside. */}
      <span key={word} className="words">
        <strong>{word}</strong>
        {more.map((part) => ` · ${part}`)}
      </span>
      {children}
    </div>
  )
}
