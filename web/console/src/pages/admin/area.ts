import type { Area } from '@/router/area'
import { accountTexts, auditTexts } from '@/texts/admin'
import { noticeTexts, roleTexts, securityTexts } from '@/texts/roles'

/** Who works here, and what everybody did. */
export const area: Area = {
  routes: [
    { path: '/accounts', name: 'accounts', component: () => import('./AccountsPage.vue'), meta: { title: accountTexts.title, permission: 'identity.manage' } },
    { path: '/roles', name: 'roles', component: () => import('./RolesPage.vue'), meta: { title: roleTexts.title, permission: 'identity.manage' } },
    { path: '/security', name: 'security', component: () => import('./SecurityPage.vue'), meta: { title: securityTexts.title, permission: 'identity.manage' } },
    { path: '/notices', name: 'notices', component: () => import('./NoticesPage.vue'), meta: { title: noticeTexts.title, permission: 'identity.manage' } },
    { path: 'audit', name: 'projectAudit', component: () => import('./AuditPage.vue'), meta: { title: auditTexts.title, permission: 'audit.read' } },
    { path: '/audit', name: 'companyAudit', component: () => import('./AuditPage.vue'), meta: { title: auditTexts.companyTitle, permission: 'audit.read' } },
  ],
  menu: [
    { route: 'projectAudit', group: 'manage', icon: 'clock', order: 20 },
    { route: 'accounts', group: 'manage', icon: 'people', order: 80 },
    { route: 'roles', group: 'manage', icon: 'grid', order: 82 },
    { route: 'security', group: 'manage', icon: 'shield', order: 84 },
    { route: 'notices', group: 'manage', icon: 'horn', order: 86 },
    { route: 'companyAudit', group: 'manage', icon: 'clock', order: 90 },
  ],
}
