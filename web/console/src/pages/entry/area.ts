import type { Area } from '@/router/area'
import { loginTexts, setupTexts } from '@/texts/entry'
import { recoverTexts } from '@/texts/recovery'
import { totpTexts } from '@/texts/roles'

/** Getting in: login and first use, outside of the frame. */
export const area: Area = {
  routes: [
    { path: '/login', name: 'login', component: () => import('./LoginPage.vue'), meta: { title: loginTexts.title, open: true } },
    { path: '/setup', name: 'setup', component: () => import('./SetupPage.vue'), meta: { title: setupTexts.title, open: true } },
    { path: '/recover', name: 'recover', component: () => import('./RecoverPage.vue'), meta: { title: recoverTexts.title, open: true } },
    { path: '/due', name: 'due', component: () => import('./DuePage.vue'), meta: { title: totpTexts.title, open: true } },
  ],
  menu: [],
}
