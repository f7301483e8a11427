import type { Area } from '@/router/area'
import { adjustTexts } from '@/texts/adjust'

/** Single charges, and released charges that were taken back. */
export const area: Area = {
  routes: [{ path: 'adjustments', name: 'adjustments', component: () => import('./AdjustmentsPage.vue'), meta: { title: adjustTexts.title, permission: 'billing.read' } }],
  menu: [{ route: 'adjustments', group: 'bill', icon: 'pen', order: 35 }],
}
