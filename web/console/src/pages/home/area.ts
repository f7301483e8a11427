import type { Area } from '@/router/area'
import { homeTexts } from '@/texts/home'

/** 工作台: where everybody begins. */
export const area: Area = {
  routes: [{ path: 'home', name: 'home', component: () => import('./HomePage.vue'), meta: { title: homeTexts.title, permission: ['estate.read', 'billing.read', 'cashier.read'], buildings: true } }],
  menu: [{ route: 'home', group: 'top', icon: 'home', order: 10 }],
}
