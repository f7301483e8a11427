import type { Area } from '@/router/area'
import { fieldTexts as t } from '@/texts/fields'

/** Fields of a project's own making. */
export const area: Area = {
  routes: [{ path: 'fields', name: 'fields', component: () => import('./FieldsPage.vue'), meta: { title: t.title, permission: 'estate.write' } }],
  menu: [{ route: 'fields', group: 'manage', icon: 'list', order: 15 }],
}
