import type { Area } from '@/router/area'
import { shiftTexts as t } from '@/texts/shift'

export const area: Area = {
  routes: [
    { path: 'shift', name: 'shift', component: () => import('./ShiftPage.vue'), meta: { title: t.mine, permission: 'cashier.receive', buildings: true } },
    { path: 'shifts', name: 'shifts', component: () => import('./ShiftsPage.vue'), meta: { title: t.list, permission: 'cashier.read', buildings: true } },
    { path: 'shifts/:shift(\\d+)', name: 'shift-one', component: () => import('./ShiftOnePage.vue'), meta: { title: t.list, permission: 'cashier.read', buildings: true, under: 'shifts' } },
    { path: 'takings', name: 'takings', component: () => import('./TakingsPage.vue'), meta: { title: t.statistics, permission: 'cashier.report' } },
  ],
  menu: [
    { route: 'shift', group: 'charge', icon: 'wallet', order: 16 },
    { route: 'shifts', group: 'charge', icon: 'clock', order: 17 },
    { route: 'takings', group: 'charge', icon: 'chart', order: 18 },
  ],
}
