import { useEffect, useRef } from 'react'
import { type Chart as Plot, type ChartOptions, createChart } from '../../shared/chart'
import { words } from '../../shared/words/live'

interface ChartProps {
  readonly options: ChartOptions
  readonly times: readonly number[]
  readonly values: readonly number[]
}

export function Chart({ options, times, values }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot>(undefined)
  useEffect(() => {
    if (!place.current) return
    const own = createChart(place.current, options)
    plot.current = own
    return () => own.dispose()
  }, [options])
  useEffect(() => plot.current?.show(times, values), [options, times, values])
  return <div ref={place} className="plot" role="img" aria-label={words.lately(options.label)} />
}
