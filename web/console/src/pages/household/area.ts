import type { Area } from '@/router/area'
import { householdPage } from '@/texts/household'

export const area: Area = {
  routes: [
    { path: 'households', name: 'households', component: () => import('./FindPage.vue'), meta: { title: householdPage.find, permission: 'estate.read', buildings: true } },
    { path: 'households/:room(\\d+)', name: 'household', component: () => import('./HouseholdPage.vue'), meta: { title: householdPage.title, permission: 'estate.read', buildings: true, under: 'households' } },
  ],
  menu: [{ route: 'households', group: 'household', icon: 'people', order: 10 }],
  search: { permission: 'estate.read', source: async (query, project, signal) => (await import('./search')).findAll(query, project, signal) },
}
