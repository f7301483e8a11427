import type { Area } from '@/router/area'
import { reconcileTexts, sumTexts } from '@/texts/reconcile'

export const area: Area = {
  routes: [
    { path: 'reconcile', name: 'reconcile', component: () => import('./ReconcilePage.vue'), meta: { title: reconcileTexts.title, permission: 'payment.read' } },
    { path: 'reconcile/cards', name: 'reconcile-cards', component: () => import('./CardsPage.vue'), meta: { title: reconcileTexts.title, permission: 'payment.read', under: 'reconcile' } },
    { path: 'reconcile/cards/:card_day', name: 'reconcile-card-day', component: () => import('./CardDayPage.vue'), meta: { title: reconcileTexts.title, permission: 'payment.read', under: 'reconcile' } },
    { path: 'reconcile/sums', name: 'reconcile-sums', component: () => import('./ChannelSumsPage.vue'), meta: { title: sumTexts.title, permission: 'payment.read', under: 'reconcile' } },
    { path: 'reconcile/:statement', name: 'reconcile-day', component: () => import('./ReconcileDayPage.vue'), meta: { title: reconcileTexts.title, permission: 'payment.read', under: 'reconcile' } },
  ],
  menu: [{ route: 'reconcile', group: 'books', icon: 'scan', order: 4 }],
}
