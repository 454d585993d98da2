// A server renders what is there, asks for nothing, and ends.
import { sse } from 'holdline'
import { openAi } from 'holdline/chat'
import { useChat, useConnection } from 'holdline/vue'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'

const app = createSSRApp({
  setup() {
    const { state } = useConnection({ transports: sse('/api/news') })
    const { status, messages } = useChat({ transports: sse('/api/chat'), protocol: openAi() })
    return () => h('p', `${state.value.status} ${status.value} ${messages.value.length}`)
  },
})

console.log(await renderToString(app))
