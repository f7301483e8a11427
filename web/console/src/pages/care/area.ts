import type { Area } from '@/router/area'
import { careTexts } from '@/texts/care'

/** What the administrator does so that nothing is lost. */
export const area: Area = {
  routes: [{ path: '/care', name: 'care', component: () => import('./CarePage.vue'), meta: { title: careTexts.title, permission: 'care.manage' } }],
  menu: [{ route: 'care', group: 'manage', icon: 'wrench', order: 95 }],
}
