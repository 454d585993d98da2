import type { HoldlineError } from '../base/error.js'
import type { Listenable } from '../base/listeners.js'
import type { Readable } from '../base/store.js'
import type { KeptJournal } from '../connection/journal.js'
import type { Journal, Plan } from '../connection/machine.js'
import type { ConnectionState } from '../connection/state.js'

/** What the inspector looks at in a connection; every `Connection` has it. */
export interface InspectedConnection {
  readonly state: Readable<ConnectionState>
  readonly faults: Listenable<HoldlineError>
  readonly journal: Journal | undefined
}

/** The element `<holdline-inspector>`: what a connection has done, and why. */
export interface HoldlineInspector extends HTMLElement {
  /** What is shown: the journal that the connection was given, or the chat, which has a connection for each answer. */
  journal: KeptJournal | undefined
  /** Shows the state of this connection, the faults of its `decode`, and its journal where `journal` is not set. */
  connection: InspectedConnection | undefined
  /** What `replay()` judges endings by, for recordings of a connection with a `classify` of its own. */
  judge: Plan['judge'] | undefined
}

/** What may be written on `<holdline-inspector>` in JSX and in templates; `lang` is `en` or `zh`. */
export interface InspectorAttributes {
  readonly journal?: KeptJournal | undefined
  readonly connection?: InspectedConnection | undefined
  readonly judge?: Plan['judge'] | undefined
  readonly lang?: string | undefined
  readonly class?: string | undefined
  readonly className?: string | undefined
  readonly id?: string | undefined
  readonly style?: string | Readonly<Record<string, string | number>> | undefined
  readonly ref?: unknown
  readonly key?: string | number | undefined
}

declare global {
  interface HTMLElementTagNameMap {
    'holdline-inspector': HoldlineInspector
  }
}
