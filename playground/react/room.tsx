import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { wireBar } from '../shared/bar'
import { RoomApp } from './parts/RoomApp'

wireBar()
createRoot(document.querySelector('#app')!).render(
  <StrictMode>
    <RoomApp />
  </StrictMode>,
)
