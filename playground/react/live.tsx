import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { wireBar } from '../shared/bar'
import { LiveApp } from './parts/LiveApp'

wireBar()
createRoot(document.querySelector('#app')!).render(
  <StrictMode>
    <LiveApp />
  </StrictMode>,
)
