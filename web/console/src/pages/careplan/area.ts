import type { Area } from '@/router/area'
import { careDueTexts as t } from '@/texts/careplan'

/** Visits that tags drive: who is due, what was found, and the plans. */
export const area: Area = {
  routes: [
    { path: 'care-due', name: 'care-due', component: () => import('./DuePage.vue'), meta: { title: t.title, permission: 'careplan.read', buildings: true } },
    { path: 'care-visits', name: 'care-visits', component: () => import('./VisitsPage.vue'), meta: { title: t.tabs['care-visits'], permission: 'careplan.read', buildings: true, under: 'care-due' } },
    { path: 'care-plans', name: 'care-plans', component: () => import('./PlansPage.vue'), meta: { title: t.tabs['care-plans'], permission: 'careplan.read', buildings: true, under: 'care-due' } },
  ],
  menu: [{ route: 'care-due', group: 'household', icon: 'chat', order: 47 }],
}
