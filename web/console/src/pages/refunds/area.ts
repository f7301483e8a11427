import type { Area } from '@/router/area'
import { depositTexts, refundTexts } from '@/texts/refund'
import { settleTexts } from '@/texts/settle'

export const area: Area = {
  routes: [
    { path: 'refunds', name: 'refunds', component: () => import('./RefundsPage.vue'), meta: { title: refundTexts.title, permission: 'cashier.read', buildings: true } },
    { path: 'deposits', name: 'deposits', component: () => import('./DepositsPage.vue'), meta: { title: depositTexts.title, permission: 'cashier.read', buildings: true } },
    { path: 'deposits/settlements', name: 'deposit-settlements', component: () => import('./SettlementsPage.vue'), meta: { title: settleTexts.title, permission: 'cashier.read', buildings: true, under: 'deposits' } },
  ],
  menu: [
    { route: 'refunds', group: 'charge', icon: 'retry', order: 19 },
    { route: 'deposits', group: 'charge', icon: 'bank', order: 19 },
  ],
}
