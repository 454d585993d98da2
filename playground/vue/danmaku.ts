import { createApp } from 'vue'
import { wireBar } from '../shared/bar'
import DanmakuApp from './parts/DanmakuApp.vue'

wireBar()
createApp(DanmakuApp).mount('#app')
