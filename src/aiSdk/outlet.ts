/** A stream that is written to as things come, and read at the reader's own pace. */
export interface Outlet<T> {
  readonly stream: ReadableStream<T>
  put(value: T): void
  /** Nothing more comes, or an error does: once all that came before has been read. */
  end(error?: unknown): void
}

/** A stream's own queue is thrown away with an error, and with it text that has already come. This one is not. */
export function createOutlet<T>(left: () => void): Outlet<T> {
  const waiting: T[] = []
  let finish: ((controller: ReadableStreamDefaultController<T>) => void) | undefined
  let wake = (): void => {}
  const stream = new ReadableStream<T>(
    {
      async pull(controller) {
        if (waiting.length === 0 && !finish)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        if (waiting.length === 0) return finish?.(controller)
        for (const value of waiting.splice(0)) controller.enqueue(value)
      },
      cancel: left,
    },
    { highWaterMark: 0 },
  )
  return {
    stream,
    put(value) {
      waiting.push(value)
      wake()
    },
    end(error) {
      finish ??= (controller) => (error === undefined ? controller.close() : controller.error(error))
      wake()
    },
  }
}
