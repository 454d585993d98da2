// A worker that listens to a room and tells the page what it hears.
import { createConnection, envelope, longPolling, sse, webSocket } from 'holdline'

type Url = { readonly transport: 'webSocket' | 'sse' | 'longPolling'; readonly url: string }
const transports = { webSocket, sse, longPolling }

self.onmessage = ({ data: { transport, url } }: MessageEvent<Url>) => {
  const connection = createConnection({
    transports: transports[transport](url, { dialect: envelope() }),
    backoff: { firstMs: 20 },
  })
  connection.subscribe(({ data }) => self.postMessage(data))
  connection.state.subscribe(() => self.postMessage(`(${connection.state.get().status})`))
}
