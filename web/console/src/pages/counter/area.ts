import type { Area } from '@/router/area'
import { counterTexts, receiptTexts, settingTexts } from '@/texts/counter'

export const area: Area = {
  routes: [
    { path: 'counter/:room(\\d+)?', name: 'counter', component: () => import('./CounterPage.vue'), meta: { title: counterTexts.title, permission: 'cashier.receive', buildings: true, rail: true } },
    { path: 'counter-setting', name: 'counter-setting', component: () => import('./SettingPage.vue'), meta: { title: settingTexts.title, permission: 'cashier.setting' } },
    { path: 'receipts', name: 'receipts', component: () => import('./ReceiptsPage.vue'), meta: { title: receiptTexts.list, permission: 'cashier.read', buildings: true } },
    { path: 'receipts/:receipt(\\d+)', name: 'receipt', component: () => import('./ReceiptPage.vue'), meta: { title: receiptTexts.list, permission: 'cashier.read', buildings: true, under: 'receipts' } },
  ],
  menu: [
    { route: 'counter', group: 'charge', icon: 'cash', order: 10 },
    { route: 'receipts', group: 'charge', icon: 'receipt', order: 15 },
    { route: 'counter-setting', group: 'manage', icon: 'gear', order: 45 },
  ],
}
