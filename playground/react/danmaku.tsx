import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { wireBar } from '../shared/bar'
import { DanmakuApp } from './parts/DanmakuApp'

wireBar()
createRoot(document.querySelector('#app')!).render(
  <StrictMode>
    <DanmakuApp />
  </StrictMode>,
)
