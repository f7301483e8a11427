import type { Area } from '@/router/area'
import { importTexts } from '@/texts/import'

/** Bringing rosters in from a spreadsheet. */
export const area: Area = {
  routes: [
    { path: 'imports', name: 'imports', component: () => import('./ImportsPage.vue'), meta: { title: importTexts.title, permission: 'estate.import' } },
    { path: 'imports/:import(\\d+)', name: 'import', component: () => import('./ImportPage.vue'), meta: { title: importTexts.title, permission: 'estate.import', under: 'imports' } },
  ],
  menu: [{ route: 'imports', group: 'household', icon: 'upload', order: 50 }],
}
