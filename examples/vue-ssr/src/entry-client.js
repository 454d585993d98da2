import { createSSRApp } from 'vue'
import App from './App.vue'

const state = JSON.parse(document.querySelector('#state').textContent)
createSSRApp(App, state).mount('#root')
