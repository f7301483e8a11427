import type { Area } from '@/router/area'
import { exportTexts } from '@/texts/exports'

/** What was taken out of the lists, waiting to be fetched. */
export const area: Area = {
  routes: [{ path: 'downloads', name: 'downloads', component: () => import('./DownloadsPage.vue'), meta: { title: exportTexts.title, permission: 'file.export', buildings: true } }],
  menu: [{ route: 'downloads', group: 'manage', icon: 'download', order: 80 }],
}
