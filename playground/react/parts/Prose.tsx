import { memo, useMemo } from 'react'
import { splitBlocks, toHtml } from '../../shared/markdown'

/** Markdown as it arrives: a block that is settled is not parsed again. */
export function Prose({ source }: { readonly source: string }) {
  const blocks = useMemo(() => splitBlocks(source), [source])
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
