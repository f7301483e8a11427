import type { Area } from '@/router/area'
import { monthTexts, reportTexts as t } from '@/texts/reports'
import { voucherTexts } from '@/texts/vouchers'

export const area: Area = {
  routes: [
    { path: 'reports', name: 'reports', component: () => import('./ReportsPage.vue'), meta: { title: t.title, permission: 'analytics.read' } },
    { path: 'reports/postings', name: 'postings', component: () => import('./PostingsPage.vue'), meta: { title: t.postings, permission: 'analytics.read', under: 'reports' } },
    { path: 'vouchers', name: 'vouchers', component: () => import('./VouchersPage.vue'), meta: { title: voucherTexts.title, permission: 'analytics.read' } },
    { path: 'book-months', name: 'book-months', component: () => import('./MonthsPage.vue'), meta: { title: monthTexts.title, permission: 'analytics.read' } },
  ],
  menu: [
    { route: 'reports', group: 'books', icon: 'chart', order: 20 },
    { route: 'vouchers', group: 'books', icon: 'list', order: 25 },
    { route: 'book-months', group: 'books', icon: 'check', order: 30 },
  ],
}
