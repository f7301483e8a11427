import type { Area } from '@/router/area'
import { bundleTexts } from '@/texts/bundle'

/** Sets of fee items that are given to rooms together. */
export const area: Area = {
  routes: [
    { path: 'bundles', name: 'bundles', component: () => import('./BundlesPage.vue'), meta: { title: bundleTexts.title, permission: 'billing.read' } },
    { path: 'bundles/:bundle(\\d+)', name: 'bundle', component: () => import('./BundlePage.vue'), meta: { title: bundleTexts.title, permission: 'billing.read', under: 'bundles' } },
  ],
  menu: [{ route: 'bundles', group: 'bill', icon: 'grid', order: 62 }],
}
