import type { Area } from '@/router/area'
import { bankTexts } from '@/texts/bank'

export const area: Area = {
  routes: [{ path: 'bank', name: 'bank', component: () => import('./BankPage.vue'), meta: { title: bankTexts.title, permission: 'cashier.bank' } }],
  menu: [{ route: 'bank', group: 'books', icon: 'bank', order: 6 }],
}
