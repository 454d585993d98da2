import { describe, expect, test, vi } from 'vitest'
import { createConnection } from 'holdline'
import { manualClock, scriptedTransport } from 'holdline/testing'
import { frameworks } from './frameworks.tsx'

const patient = { timeout: 5_000 }

describe.each(frameworks)('a connection in $name', ({ mountRoom }) => {
  function setUp(name?: string) {
    const clock = manualClock()
    const transport = scriptedTransport(name)
    return { clock, transport, options: { transports: transport, env: { clock } } }
  }

  test('is dialled once, also under StrictMode, and hung up a while after the component has gone', async () => {
    const { clock, transport, options } = setUp()
    const screen = await mountRoom(options)
    expect(screen.text('status')).toBe('connecting')
    transport.last().open()
    await expect.poll(() => screen.text('status'), patient).toBe('open')
    expect(screen.text('seen')).toBe('open')
    expect(transport.calls).toHaveLength(1)

    await screen.unmount()
    await clock.pass(999)
    expect(transport.last().over).toBe(false)
    await clock.pass(1)
    expect(transport.last().over).toBe(true)
    await clock.pass(60_000)
    expect(transport.calls).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  test('shows and hears every message; many in one frame are one render', async () => {
    const { transport, options } = setUp()
    const screen = await mountRoom(options)
    transport.last().open()
    await expect.poll(() => screen.text('status'), patient).toBe('open')
    const before = screen.renders
    const sent = Array.from({ length: 50 }, (_, at) => `m${at}`)
    for (const text of sent) {
      transport.last().message(text)
      await Promise.resolve()
    }
    await expect.poll(() => screen.text('count'), patient).toBe('50')
    await expect.poll(() => screen.text('messages'), patient).toBe('m47,m48,m49')
    expect(screen.heard).toEqual(sent)
    // The list and the count may meet different frames, no more.
    expect(screen.renders - before).toBeLessThanOrEqual(2)
  })

  test('becomes another one when its transports go elsewhere, and the old one is let go', async () => {
    const old = setUp('old')
    const next = setUp('next')
    const screen = await mountRoom(old.options)
    old.transport.last().message('a')
    await expect.poll(() => screen.text('messages'), patient).toBe('a')

    await screen.change(next.options)
    await expect.poll(() => next.transport.calls.length, patient).toBe(1)
    await old.clock.pass(1_000)
    expect(old.transport.last().over).toBe(true)
    await expect.poll(() => screen.text('count'), patient).toBe('0')
    expect(screen.text('messages')).toBe('')
    next.transport.last().message('b')
    await expect.poll(() => screen.text('messages'), patient).toBe('b')
    expect(screen.heard).toEqual(['a', 'b'])
    expect(screen.text('status')).toBe('open')
  })

  test('is shared when it is passed in: one line, which goes with the last one who holds it', async () => {
    const { clock, transport, options } = setUp()
    const connection = createConnection<string>(options)
    const one = await mountRoom(connection)
    const other = await mountRoom(connection)
    transport.last().message('hello')
    await expect.poll(() => one.text('messages') + other.text('messages'), patient).toBe('hellohello')
    expect(transport.calls).toHaveLength(1)

    await one.unmount()
    await clock.pass(5_000)
    expect(connection.state.get().status).toBe('open')
    await other.unmount()
    await clock.pass(1_000)
    expect(connection.state.get()).toMatchObject({ status: 'closed', reason: 'unused' })
  })

  test('survives a remount without a new dial', async () => {
    const { clock, transport, options } = setUp()
    const connection = createConnection<string>(options)
    const first = await mountRoom(connection)
    transport.last().open()
    await first.unmount()
    await clock.pass(500)
    const second = await mountRoom(connection)
    await clock.pass(5_000)
    expect(transport.calls).toHaveLength(1)
    expect(second.text('status')).toBe('open')
    await second.unmount()
    await clock.pass(1_000)
  })

  test('says so when its options cannot work', async () => {
    const screen = await mountRoom({ transports: [] })
    expect(screen.text('status')).toBe('failed')
    await screen.change({ transports: undefined as never })
    expect(screen.text('status')).toBe('failed')
  })

  test('a listener that throws harms nobody, and is not hushed up', async () => {
    const { transport, options } = setUp()
    const connection = createConnection<string>(options)
    const screen = await mountRoom(connection)
    const leave = connection.subscribe(() => {
      throw new Error('a bad listener')
    })
    const told = vi.fn<(message: string) => void>()
    const listen = (event: ErrorEvent): void => {
      event.stopImmediatePropagation()
      event.preventDefault()
      told(event.message)
    }
    window.addEventListener('error', listen, { capture: true })
    transport.last().message('hello')
    await expect.poll(() => screen.text('messages'), patient).toBe('hello')
    await expect.poll(() => told.mock.calls.length, patient).toBe(1)
    window.removeEventListener('error', listen, { capture: true })
    expect(told.mock.calls[0]?.[0]).toContain('a bad listener')
    expect(screen.heard).toEqual(['hello'])
    leave()
  })
})
