import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { App } from './App.jsx'

const state = JSON.parse(document.querySelector('#state').textContent)
hydrateRoot(
  document.querySelector('#root'),
  <StrictMode>
    <App {...state} />
  </StrictMode>,
)
