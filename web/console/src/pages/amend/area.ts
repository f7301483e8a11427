import type { Area } from '@/router/area'
import { amendTexts } from '@/texts/amend'

/** The difference of released months whose ground was put right afterwards. */
export const area: Area = {
  routes: [
    { path: 'amendments', name: 'amendments', component: () => import('./AmendmentsPage.vue'), meta: { title: amendTexts.title, permission: 'billing.read' } },
    { path: 'amendments/rooms/:room', name: 'amend-room', component: () => import('./AmendRoomPage.vue'), meta: { title: amendTexts.title, permission: 'billing.read', under: 'amendments' } },
    { path: 'amendments/batches/:batch', name: 'amend-batch', component: () => import('./AmendBatchPage.vue'), meta: { title: amendTexts.title, permission: 'billing.read', under: 'amendments' } },
  ],
  menu: [{ route: 'amendments', group: 'bill', icon: 'columns', order: 36 }],
}
