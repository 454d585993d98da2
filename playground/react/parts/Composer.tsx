import type { FilePart } from 'holdline/chat'
import {
  type ChangeEvent,
  type ClipboardEvent,
  type KeyboardEvent,
  type Ref,
  useImperativeHandle,
  useRef,
  useState,
} from 'react'
import { take } from '../../shared/attachments'
import { fileWords, words } from '../../shared/words/chat'
import { Files } from './Files'

/** What others can do with it: what is dropped anywhere on the page goes along. */
export interface ComposerHandle {
  add(chosen: Iterable<File>): Promise<void>
  /** Something that was sent is to be written anew: it stands before what has been written since. */
  put(text: string, files: readonly FilePart[]): void
}

interface ComposerProps {
  readonly busy: boolean
  /** Whether files can go along. */
  readonly takesFiles: boolean
  readonly onSend: (text: string, files: readonly FilePart[]) => void
  readonly onStop: () => void
  readonly onTrouble: (why: string | undefined) => void
  readonly ref: Ref<ComposerHandle>
}

export function Composer({ busy, takesFiles, onSend, onStop, onTrouble, ref }: ComposerProps) {
  const [text, setText] = useState('')
  const [files, setFiles] = useState<readonly FilePart[]>([])
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const going = takesFiles ? files : []
  const ready = text.trim() !== '' || going.length > 0

  const add = async (chosen: Iterable<File>): Promise<void> => {
    if (!takesFiles) return onTrouble(fileWords.cannot)
    const { files: next, trouble } = await take(chosen, files)
    setFiles(next)
    onTrouble(trouble)
  }
  const put = (before: string, own: readonly FilePart[]): void => {
    setText([before, text].filter(Boolean).join('\n'))
    setFiles([...own, ...files])
    field.current?.focus()
  }
  useImperativeHandle(ref, () => ({ add, put }))

  const pick = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    void add([...(target.files ?? [])])
    // The same file can be chosen again.
    target.value = ''
  }
  const paste = (event: ClipboardEvent): void => {
    const pasted = [...event.clipboardData.files]
    if (pasted.length === 0) return
    event.preventDefault()
    void add(pasted)
  }
  const remove = (file: FilePart): void => {
    setFiles(files.filter((other) => other !== file))
    onTrouble(undefined)
  }
  const send = (): void => {
    if (!ready) return
    onSend(text.trim(), going)
    setText('')
    setFiles([])
  }
  const press = (event: KeyboardEvent): void => {
    // While an input method composes, Enter picks a word.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {going.length > 0 && <Files files={going} onRemove={remove} />}
      <button
        type="button"
        className="icon attach"
        disabled={!takesFiles}
        aria-label={fileWords.attach}
        title={takesFiles ? fileWords.attach : fileWords.cannot}
        onClick={() => picker.current?.click()}
      >
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <path d="m6 10 5-5a3 3 0 0 1 4.300 4.300l-6.800 6.800a1.700 1.700 0 0 1-2.400-2.400L12 7.600" />
        </svg>
      </button>
      <input ref={picker} type="file" multiple hidden onChange={pick} />
      <textarea
        ref={field}
        rows={1}
        aria-label={words.question}
        placeholder={words.placeholder}
        autoComplete="off"
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={press}
        onPaste={paste}
      />
      {/* Before the other one, which keeps its place when this one goes. */}
      {busy && (
        <button type="button" onClick={onStop}>
          {words.stop}
        </button>
      )}
      <button type="submit" className={busy ? '' : 'primary'} disabled={!ready}>
        {busy ? words.enqueue : words.send}
      </button>
    </form>
  )
}
