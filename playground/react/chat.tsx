import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { wireBar } from '../shared/bar'
import { ChatApp } from './parts/ChatApp'

wireBar()
createRoot(document.querySelector('#app')!).render(
  <StrictMode>
    <ChatApp />
  </StrictMode>,
)
