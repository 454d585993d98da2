import type { FilePart } from 'holdline/chat'
import { isImage, weightOf } from '../../shared/attachments'
import { fileWords as words } from '../../shared/words/chat'

interface FilesProps {
  readonly files: readonly FilePart[]
  readonly onRemove?: (file: FilePart) => void
}

export function Files({ files, onRemove }: FilesProps) {
  return (
    <ul className="files" aria-label={words.attached}>
      {files.map((file, index) => (
        <li key={index}>
          {isImage(file) ? (
            <img src={file.url} alt={file.filename ?? ''} />
          ) : (
            <span className="suffix" aria-hidden="true">
              {file.filename?.split('.').at(-1)?.slice(0, 4)}
            </span>
          )}
          <span className="name">{file.filename}</span>
          <small>{weightOf(file)}</small>
          {onRemove && (
            <button
              type="button"
              className="small"
              aria-label={words.remove(file.filename ?? '')}
              onClick={() => onRemove(file)}
            >
              ×
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}
