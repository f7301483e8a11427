import type { Area } from '@/router/area'
import { monthTexts, reportTexts as t } from '@/texts/reports'

export const area: Area = {
  routes: [
    { path: 'reports', name: 'reports', component: () => import('./ReportsPage.vue'), meta: { title: t.title, permission: 'analytics.read' } },
    { path: 'reports/postings', name: 'postings', component: () => import('./PostingsPage.vue'), meta: { title: t.postings, permission: 'analytics.read', under: 'reports' } },
    { path: 'book-months', name: 'book-months', component: () => import('./MonthsPage.vue'), meta: { title: monthTexts.title, permission: 'analytics.read' } },
  ],
  menu: [
    { route: 'reports', group: 'books', icon: 'chart', order: 20 },
    { route: 'book-months', group: 'books', icon: 'check', order: 30 },
  ],
}
