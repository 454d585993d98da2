import { createApp } from 'vue'
import { wireBar } from '../shared/bar'
import LiveApp from './parts/LiveApp.vue'

wireBar()
createApp(LiveApp).mount('#app')
