import { Fragment, StrictMode, useEffect } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSSRApp } from 'vue'
import type { ChatOptions } from 'holdline/chat'
import { scriptedChat } from 'holdline/testing'
import { keptInMidAnswer } from './chatKept.ts'
import { html, ReactPage, vuePage } from './hydrationPage.tsx'

const patient = { timeout: 5_000 }

/** Renders nothing, and tells when it is there. */
const Last = ({ tell }: { tell: () => void }) => {
  useEffect(tell, [tell])
  return null
}

/** Resolves once the framework has taken over. */
const hydrate = {
  React: (host: HTMLElement, options: ChatOptions) => hydrateReact(host, options, Fragment),
  'React in StrictMode': (host: HTMLElement, options: ChatOptions) => hydrateReact(host, options, StrictMode),
  async Vue(host: HTMLElement, options: ChatOptions): Promise<void> {
    const app = createSSRApp(vuePage(options))
    app.mount(host)
    onTestFinished(() => app.unmount())
  },
}

function hydrateReact(host: HTMLElement, options: ChatOptions, Around: typeof StrictMode): Promise<void> {
  return new Promise((resolve) => {
    const root = hydrateRoot(
      host,
      <Around>
        <ReactPage options={options} />
        <Last tell={resolve} />
      </Around>,
    )
    onTestFinished(() => root.unmount())
  })
}

describe.each(['React', 'React in StrictMode', 'Vue'] as const)('%s, on a page that a server has rendered', (name) => {
  const complaints = vi.fn()
  beforeEach(() => {
    for (const way of ['warn', 'error'] as const) vi.spyOn(console, way).mockImplementation(complaints)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    complaints.mockReset()
  })

  async function open(options: ChatOptions) {
    const host = document.createElement('div')
    host.innerHTML = html
    const was = host.querySelector('p')
    await hydrate[name](host, options)
    return { host, sameAsBefore: () => host.querySelector('p') === was }
  }

  test('takes over what is there, and asks for nothing', async () => {
    const { options, transport, run, clock } = scriptedChat({ id: 'c' })
    const { host, sameAsBefore } = await open(options)
    await expect
      .poll(() => Object.keys(host.firstChild!).length + Number(!!host.textContent), patient)
      .toBeGreaterThan(0)
    await clock.pass(0)
    expect(host.innerHTML).toBe(html)
    expect(sameAsBefore()).toBe(true)
    expect(complaints).not.toHaveBeenCalled()
    expect([transport.calls.length, clock.pending, run.request]).toEqual([0, 0, undefined])
  })

  test('shows what is kept once it has taken over, and goes on with the answer that was arriving', async () => {
    const persist = await keptInMidAnswer('c')
    const { options, transport, run } = scriptedChat({ id: 'c', persist })
    const { host, sameAsBefore } = await open(options)
    await expect.poll(() => host.textContent, patient).toContain('c reconnecting hi,Hel:Hel')
    expect(sameAsBefore()).toBe(true)
    expect(complaints).not.toHaveBeenCalled()
    expect(transport.calls.map(({ attempt }) => attempt.request?.method)).toEqual(['GET'])
    run.text('Hello')
    run.finish()
    await expect.poll(() => host.textContent, patient).toContain('c ready hi,Hello:Hello')
  })
})
