import type { Area } from '@/router/area'
import { itemTexts } from '@/texts/billing'
import { chargeTexts } from '@/texts/charges'
import { discountTexts, trialTexts } from '@/texts/discount'
import { runTexts } from '@/texts/runs'

/** Fee items, runs with their review, and the list of charges. */
export const area: Area = {
  routes: [
    { path: 'runs', name: 'runs', component: () => import('./RunsPage.vue'), meta: { title: runTexts.title, permission: 'billing.read' } },
    { path: 'runs/:run(\\d+)', name: 'run', component: () => import('./RunPage.vue'), meta: { title: runTexts.title, permission: 'billing.read', under: 'runs' } },
    { path: 'charges', name: 'charges', component: () => import('./ChargesPage.vue'), meta: { title: chargeTexts.title, permission: 'billing.read', buildings: true } },
    { path: 'items', name: 'items', component: () => import('./ItemsPage.vue'), meta: { title: itemTexts.title, permission: 'billing.read' } },
    { path: 'items/:item(\\d+)', name: 'item', component: () => import('./ItemPage.vue'), meta: { title: itemTexts.title, permission: 'billing.read', under: 'items' } },
    { path: 'items/:item(\\d+)/trial', name: 'price-trial', component: () => import('./TrialPage.vue'), meta: { title: trialTexts.open, permission: 'billing.read', under: 'items' } },
    { path: 'discounts', name: 'discounts', component: () => import('./DiscountsPage.vue'), meta: { title: discountTexts.title, permission: 'billing.read' } },
  ],
  menu: [
    { route: 'runs', group: 'bill', icon: 'bill', order: 20 },
    { route: 'charges', group: 'bill', icon: 'list', order: 30 },
    { route: 'items', group: 'bill', icon: 'card', order: 60 },
    { route: 'discounts', group: 'bill', icon: 'percent', order: 65 },
  ],
}
