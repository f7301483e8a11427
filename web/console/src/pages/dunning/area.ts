import type { Area } from '@/router/area'
import { dunningTexts } from '@/texts/dunning'

/** Who is late, letters to them and what came of calls. */
export const area: Area = {
  routes: [{ path: 'dunning', name: 'dunning', component: () => import('./DunningPage.vue'), meta: { title: dunningTexts.title, permission: 'dunning.read' } }],
  menu: [{ route: 'dunning', group: 'charge', icon: 'bell', order: 35 }],
}
