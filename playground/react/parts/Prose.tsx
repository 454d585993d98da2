import type { TextPart } from 'holdline/chat'
import { memo, useMemo, useState } from 'react'
import { createBlocks } from '../../shared/blocks'
import { toHtml } from '../../shared/markdown'

/** Markdown as it arrives: a block that is settled is not parsed again. */
export function Prose({ part }: { readonly part: TextPart }) {
  const [blocksOf] = useState(createBlocks)
  const blocks = useMemo(() => blocksOf(part), [blocksOf, part])
  return (
    <div className="prose">
      {blocks.map((block, index) => (
        <Block key={index} source={block} />
      ))}
    </div>
  )
}

const Block = memo(function Block({ source }: { readonly source: string }) {
  return <div dangerouslySetInnerHTML={{ __html: toHtml(source) }} />
})
