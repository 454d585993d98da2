import { createApp } from 'vue'
import { wireBar } from '../shared/bar'
import TransportsApp from './parts/TransportsApp.vue'

wireBar()
createApp(TransportsApp).mount('#app')
