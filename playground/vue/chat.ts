import { createApp } from 'vue'
import { wireBar } from '../shared/bar'
import ChatApp from './parts/ChatApp.vue'

wireBar()
createApp(ChatApp).mount('#app')
