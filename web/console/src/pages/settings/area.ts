import type { Area } from '@/router/area'
import { settingsTexts } from '@/texts/settings'

/** What a project sets for itself, on one page. */
export const area: Area = {
  routes: [{ path: 'settings', name: 'settings', component: () => import('./SettingsPage.vue'), meta: { title: settingsTexts.title, permission: 'cashier.setting' } }],
  menu: [{ route: 'settings', group: 'manage', icon: 'gear', order: 12 }],
}
