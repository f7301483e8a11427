import { createApp } from 'vue'
import '@console/theme/tokens.css'
import './pay.css'
import { proofTokenOf } from './api'
import App from './App.vue'
import ProofApp from './ProofApp.vue'

const receipt = proofTokenOf(location.pathname)
;(receipt === null ? createApp(App) : createApp(ProofApp, { token: receipt })).mount('#app')
