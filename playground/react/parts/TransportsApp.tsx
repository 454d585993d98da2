import { useReadable } from 'holdline/react'
import { useState } from 'react'
import { createRace, intervals, rates, type Settings, settingsAtFirst, sizes, tag } from '../../shared/transportsRace'
import { bars, bytesOf, columns, type LaneView, widthsOf } from '../../shared/transportsRaceView'
import { words } from '../../shared/words/transports'
import { Bench } from './Bench'
import { useAttempt } from './hooks'

const race = createRace()

export function TransportsApp() {
  const [settings, setSettings] = useState(settingsAtFirst)
  const { doing, weighing, made, lanes, rest, cpu, conclusion, trouble: silence } = useReadable(race)
  const { trouble = silence, attempt } = useAttempt()

  const change = (part: Partial<Settings>): void => {
    const next = { ...settings, ...part }
    setSettings(next)
    attempt(race.change(next))
  }
  const runs = doing === 'running'
  const busy = doing === 'stopping' || doing === 'weighing'

  return (
    <main>
      <div className="tools">
        <button
          type="button"
          className="primary"
          disabled={busy}
          onClick={() => attempt(runs ? race.stop() : race.run(settings))}
        >
          {runs ? words.stop : doing === 'stopping' ? words.stopping : words.run}
        </button>
        <Bench chat={tag} open={lanes.some(({ status }) => status === 'open')} attempt={attempt} />
      </div>
      <h1>{words.title}</h1>
      <p className="lead">{words.lead}</p>

      <div className="settings race">
        <label>
          {words.rate}
          <select value={settings.rate} onChange={({ target }) => change({ rate: Number(target.value) })}>
            {rates.map((rate) => (
              <option key={rate} value={rate}>
                {words.perSecond(rate)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.size}
          <select value={settings.bytes} onChange={({ target }) => change({ bytes: Number(target.value) })}>
            {sizes.map((bytes) => (
              <option key={bytes} value={bytes}>
                {words.bytes(bytes)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.every}
          <select
            value={settings.everyMs}
            disabled={doing !== 'still'}
            onChange={({ target }) => change({ everyMs: Number(target.value) })}
          >
            {intervals.map((ms) => (
              <option key={ms} value={ms}>
                {words.seconds(ms / 1000)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" disabled={doing !== 'still'} onClick={() => attempt(race.weigh(settings))}>
          {doing === 'weighing'
            ? words.weighing(lanes.find(({ name }) => name === weighing)?.label ?? words.nobody)
            : words.weigh}
        </button>
      </div>

      <p className="conclusion" data-empty={conclusion === ''}>
        {conclusion || (doing === 'still' ? words.still : words.soon)}
      </p>

      <div className="bars">
        {bars.map(({ name, parts, said }) => (
          <figure key={name}>
            <figcaption>{name}</figcaption>
            {lanes.map((lane) => (
              <Bar key={lane.name} lane={lane} said={said(lane)} widths={widthsOf(parts, lane, lanes)} />
            ))}
          </figure>
        ))}
        <p className="legend">
          <i data-part="0" /> {words.payload} <i data-part="1" /> {words.headers}
        </p>
      </div>

      <div className="sheet" tabIndex={0} role="region" aria-label={words.caption}>
        <table>
          <caption className="unseen">{words.caption}</caption>
          <thead>
            <tr>
              <th scope="col">{words.transport}</th>
              {lanes.map(({ name, label, status }) => (
                <th key={name} scope="col" data-lane={name}>
                  <span className="dot" data-status={status} /> {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {columns.map(({ name, cell }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {lanes.map((lane) => (
                  <td key={lane.name} data-lane={lane.name}>
                    {cell(lane, made)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="aside">{words.process(cpu.toFixed(1))}</p>
      <p className="aside">{words.rest(bytesOf(rest.up), bytesOf(rest.down))}</p>
      <p className="aside">
        {words.weighed} {words.faults}
      </p>
      {trouble !== undefined && (
        <p className="note" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      <p className="unseen" role="status">
        {doing === 'still' ? conclusion : ''}
      </p>
    </main>
  )
}

function Bar({
  lane,
  said,
  widths,
}: {
  readonly lane: LaneView
  readonly said: string
  readonly widths: readonly number[]
}) {
  return (
    <div className="barline">
      <span>{lane.label}</span>
      <span className="track">
        {widths.map((width, part) => (
          <i key={part} data-part={part} style={{ width: `${width}%` }} />
        ))}
      </span>
      <output aria-live="off">{said}</output>
    </div>
  )
}
