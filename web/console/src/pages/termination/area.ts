import type { Area } from '@/router/area'
import { terminationTexts } from '@/texts/termination'

/** Months paid for at once that will not be served. */
export const area: Area = {
  routes: [{ path: 'terminations', name: 'terminations', component: () => import('./TerminationsPage.vue'), meta: { title: terminationTexts.title, permission: 'cashier.read' } }],
  menu: [{ route: 'terminations', group: 'charge', icon: 'exit', order: 20 }],
}
