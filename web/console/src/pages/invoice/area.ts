import type { Area } from '@/router/area'
import { invoiceTexts, sellerTexts } from '@/texts/invoice'

export const area: Area = {
  routes: [
    { path: 'invoices', name: 'invoices', component: () => import('./InvoicesPage.vue'), meta: { title: invoiceTexts.title, permission: 'invoice.read', buildings: true } },
    { path: 'invoice-setting', name: 'invoice-setting', component: () => import('./SellerPage.vue'), meta: { title: sellerTexts.title, permission: 'invoice.setting' } },
  ],
  menu: [
    { route: 'invoices', group: 'books', icon: 'bill', order: 15 },
    { route: 'invoice-setting', group: 'manage', icon: 'bill', order: 47 },
  ],
}
