import type { Area } from '@/router/area'
import { meterTexts, sharedTexts } from '@/texts/meter'

/** Meter readings and shared costs. */
export const area: Area = {
  routes: [
    { path: 'readings', name: 'readings', component: () => import('./ReadingsPage.vue'), meta: { title: meterTexts.title, permission: 'meter.read' } },
    { path: 'shared-costs', name: 'shared-costs', component: () => import('./SharedPage.vue'), meta: { title: sharedTexts.title, permission: 'billing.read' } },
  ],
  menu: [
    { route: 'readings', group: 'charge', icon: 'meter', order: 40 },
    { route: 'shared-costs', group: 'charge', icon: 'lift', order: 45 },
  ],
}
