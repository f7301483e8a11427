import type { Area } from '@/router/area'
import { correctionTexts as t } from '@/texts/corrections'

/** What residents ask to have corrected, until somebody decides. */
export const area: Area = {
  routes: [{ path: 'corrections', name: 'corrections', component: () => import('./CorrectionsPage.vue'), meta: { title: t.title, permission: 'estate.read', buildings: true } }],
  menu: [{ route: 'corrections', group: 'household', icon: 'pen', order: 50 }],
}
