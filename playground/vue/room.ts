import { createApp } from 'vue'
import { wireBar } from '../shared/bar'
import RoomApp from './parts/RoomApp.vue'

wireBar()
createApp(RoomApp).mount('#app')
