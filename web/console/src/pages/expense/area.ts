import type { Area } from '@/router/area'
import { expenseTexts as t } from '@/texts/expense'

export const area: Area = {
  routes: [{ path: 'expenses', name: 'expenses', component: () => import('./ExpensesPage.vue'), meta: { title: t.title, permission: 'expense.read' } }],
  menu: [{ route: 'expenses', group: 'books', icon: 'wallet', order: 10 }],
}
