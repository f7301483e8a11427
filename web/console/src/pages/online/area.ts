import type { Area } from '@/router/area'
import { candidateTexts, merchantTexts } from '@/texts/online'

export const area: Area = {
  routes: [
    { path: 'refund-candidates', name: 'refund-candidates', component: () => import('./CandidatesPage.vue'), meta: { title: candidateTexts.title, permission: 'payment.read' } },
    { path: 'merchants', name: 'merchants', component: () => import('./MerchantPage.vue'), meta: { title: merchantTexts.title, permission: 'payment.merchant' } },
  ],
  menu: [
    { route: 'refund-candidates', group: 'books', icon: 'alert', order: 8 },
    { route: 'merchants', group: 'manage', icon: 'scan', order: 46 },
  ],
}
