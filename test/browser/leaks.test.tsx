import { type ReactNode, StrictMode, useEffect } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { render as renderVue } from 'vitest-browser-vue'
import { defineComponent, h, nextTick, shallowRef } from 'vue'
import { type Connection, type ConnectionOptions, createConnection } from 'holdline'
import { useConnection as useInReact } from 'holdline/react'
import { manualClock, scriptedTransport } from 'holdline/testing'
import { useConnection as useInVue } from 'holdline/vue'
import { createCensus } from '../tools/census.ts'

const CYCLES = 1_000

type Source = ConnectionOptions<string> | Connection<string>

/** Mounts and unmounts a component that uses a connection and hears its messages. */
interface Stage {
  readonly name: string
  open(source: () => Source): Promise<{ show(on: boolean, nth: number): Promise<void>; close(): Promise<void> }>
}

const inReact: Stage = {
  name: 'React',
  async open(source) {
    const Room = ({ given }: { given: Source }) => {
      const { state, onMessage } = useInReact(given)
      useEffect(() => onMessage(() => {}), [onMessage])
      return <i>{state.status}</i>
    }
    const root = createRoot(document.body.appendChild(document.createElement('div')))
    // Not by the helpers of other tests: each of their renders waits for a task, which some engines give sparingly.
    const render = (what: ReactNode): void => flushSync(() => root.render(<StrictMode>{what}</StrictMode>))
    return {
      show: async (on, nth) => render(on && <Room key={nth} given={source()} />),
      close: async () => root.unmount(),
    }
  },
}

const inVue: Stage = {
  name: 'Vue',
  async open(source) {
    const shown = shallowRef<number | undefined>()
    const Room = defineComponent(() => {
      const { state, onMessage } = useInVue(source())
      onMessage(() => {})
      return () => h('i', state.value.status)
    })
    const { unmount } = await renderVue(
      defineComponent(() => () => (shown.value === undefined ? h('p') : h(Room, { key: shown.value }))),
    )
    return {
      async show(on, nth) {
        shown.value = on ? nth : undefined
        await nextTick()
      },
      close: unmount,
    }
  },
}

/** Those who listen to the window now. */
function windowListeners(): () => number {
  const added = new Set<readonly [unknown, AbortSignal | undefined]>()
  const { addEventListener, removeEventListener } = globalThis
  onTestFinished(() => void Object.assign(globalThis, { addEventListener, removeEventListener }))
  Object.assign(globalThis, {
    addEventListener(type: string, listener: EventListener, options?: AddEventListenerOptions) {
      added.add([listener, options?.signal])
      addEventListener(type, listener, options)
    },
    removeEventListener(type: string, listener: EventListener, options?: EventListenerOptions) {
      for (const entry of added) if (entry[0] === listener) added.delete(entry)
      removeEventListener(type, listener, options)
    },
  })
  return () => [...added].filter(([, signal]) => !signal?.aborted).length
}

describe.each([inReact, inVue])('in $name', ({ open }) => {
  test(`${CYCLES} components with connections of their own leave nothing behind`, { timeout: 60_000 }, async () => {
    const clock = manualClock()
    const census = createCensus(clock)
    const transport = scriptedTransport()
    const listening = windowListeners()
    const before = listening()
    const { surroundings: _counted, ...env } = census.env
    const stage = await open(() => ({ transports: transport, env: { ...env, random: () => 1 } }))
    for (let nth = 0; nth < CYCLES; nth++) {
      await stage.show(true, nth)
      transport.last().message(`${nth}`)
      expect(listening()).toBeGreaterThan(before)
      await stage.show(false, nth)
      // Now and then the time passes for which a line is kept for the next one.
      if (nth % 100 === 99) await clock.pass(1_000)
    }
    await clock.pass(1_000)
    expect(transport.calls.length).toBeGreaterThanOrEqual(CYCLES)
    expect(transport.calls.filter(({ over }) => !over)).toEqual([])
    expect([census.timers, clock.pending]).toEqual([0, 0])
    expect(listening()).toBe(before)
    await stage.close()
  })

  test(`${CYCLES} components that share a connection leave nobody behind`, { timeout: 60_000 }, async () => {
    const clock = manualClock()
    const census = createCensus(clock)
    const transport = scriptedTransport()
    const connection = createConnection({ transports: transport, env: { ...census.env, random: () => 1 } })
    const shared = census.counting(connection)
    const stage = await open(() => shared)
    let most = 0
    for (let nth = 0; nth < CYCLES; nth++) {
      await stage.show(true, nth)
      transport.last().message(`${nth}`)
      most = Math.max(most, census.listeners)
      await stage.show(false, nth)
      expect(census.listeners).toBe(0)
    }
    // Two who listen to the messages, one to the state: it is they who are counted.
    expect(most).toBeGreaterThanOrEqual(2)
    // Each came before the line was let go.
    expect(transport.calls).toHaveLength(1)
    await clock.pass(1_000)
    expect(connection.state.get()).toMatchObject({ status: 'closed', reason: 'unused' })
    expect([census.timers, census.watchers, clock.pending]).toEqual([0, 0, 0])
    await stage.close()
  })
})
