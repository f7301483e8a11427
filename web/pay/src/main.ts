import { createApp } from 'vue'
import '@console/theme/tokens.css'
import './pay.css'
import App from './App.vue'

createApp(App).mount('#app')
