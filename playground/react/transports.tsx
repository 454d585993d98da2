import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { wireBar } from '../shared/bar'
import { TransportsApp } from './parts/TransportsApp'

wireBar()
createRoot(document.querySelector('#app')!).render(
  <StrictMode>
    <TransportsApp />
  </StrictMode>,
)
