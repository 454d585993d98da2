import type { Place } from '../../shared/answer'
import { words } from '../../shared/words/chat'

export function Sources({ places }: { readonly places: readonly Place[] }) {
  return (
    <nav className="sources" aria-label={words.sources}>
      <h3>{words.sources}</h3>
      <ol>
        {places.map(({ url, title }) => (
          <li key={url}>
            <a href={url} target="_blank" rel="noopener noreferrer nofollow">
              {title}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  )
}
