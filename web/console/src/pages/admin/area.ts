import type { Area } from '@/router/area'
import { accountTexts, auditTexts } from '@/texts/admin'

/** Who works here, and what everybody did. */
export const area: Area = {
  routes: [
    { path: '/accounts', name: 'accounts', component: () => import('./AccountsPage.vue'), meta: { title: accountTexts.title, permission: 'identity.manage' } },
    { path: 'audit', name: 'projectAudit', component: () => import('./AuditPage.vue'), meta: { title: auditTexts.title, permission: 'audit.read' } },
    { path: '/audit', name: 'companyAudit', component: () => import('./AuditPage.vue'), meta: { title: auditTexts.companyTitle, permission: 'audit.read' } },
  ],
  menu: [
    { route: 'projectAudit', group: 'manage', icon: 'clock', order: 20 },
    { route: 'accounts', group: 'manage', icon: 'people', order: 80 },
    { route: 'companyAudit', group: 'manage', icon: 'shield', order: 90 },
  ],
}
