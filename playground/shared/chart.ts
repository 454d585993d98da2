import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface ChartOptions {
  /** Names the line, for whoever points at it. */
  readonly label: string
  readonly unit: string
  /** The scale's end; without one it follows what is shown. */
  readonly max?: number
}

export interface Chart {
  /** Times in seconds since the epoch, and a value for each. */
  show(times: readonly number[], values: readonly number[]): void
  dispose(): void
}

const HEIGHT_PX = 180

/** A line over time, in the page's colours and as wide as its place. */
export function createChart(place: HTMLElement, { label, unit, max }: ChartOptions): Chart {
  let data: uPlot.AlignedData = [[], []]
  let plot = draw()

  function draw(): uPlot {
    const line = colour(place, '--accent')
    const text = colour(place, '--muted')
    const rule = colour(place, '--rule')
    const axis = { stroke: text, grid: { stroke: rule, width: 1 }, ticks: { show: false }, font: '12px system-ui' }
    return new uPlot(
      {
        width: Math.max(100, place.clientWidth),
        height: HEIGHT_PX,
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
        legend: { show: false },
        scales: { y: { range: (_plot, _min, highest) => [0, max ?? Math.max(10, highest * 1.15)] } },
        axes: [
          { ...axis, size: 28, space: 72, values: (_plot, ticks) => ticks.map(clock) },
          { ...axis, size: 56, space: 36, values: (_plot, ticks) => ticks.map((tick) => `${tick} ${unit}`) },
        ],
        series: [{}, { label, stroke: line, width: 2, fill: `${line}22`, points: { show: false } }],
      },
      data,
      place,
    )
  }

  const redraw = (): void => {
    plot.destroy()
    plot = draw()
  }
  const observer = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(100, place.clientWidth), height: HEIGHT_PX }),
  )
  observer.observe(place)
  // A canvas does not follow the style sheet on its own.
  addEventListener('themechange', redraw)

  return {
    show(times, values) {
      data = [[...times], [...values]]
      plot.setData(data)
    },
    dispose() {
      observer.disconnect()
      removeEventListener('themechange', redraw)
      plot.destroy()
    },
  }
}

const clock = (second: number): string =>
  new Date(second * 1000).toLocaleTimeString(undefined, { timeStyle: 'medium', hourCycle: 'h23' })

/** What a custom property comes to in this theme, as #rrggbb: a canvas understands no more. */
function colour(place: HTMLElement, name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  place.append(probe)
  const parts = getComputedStyle(probe).color.match(/[\d.]+/g) ?? []
  probe.remove()
  return `#${parts
    .slice(0, 3)
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')}`
}
