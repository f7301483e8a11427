import type { Area } from '@/router/area'
import { meterTexts, sharedTexts } from '@/texts/meter'
import { phoneTexts } from '@/texts/phone'
import { meterPageTexts, sheetTexts } from '@/texts/reading'
import { remoteTexts } from '@/texts/remote'
import { kept } from './phone/kept'

/** Meter readings and shared costs. */
export const area: Area = {
  routes: [
    { path: 'readings', name: 'readings', component: () => import('./ReadingsPage.vue'), meta: { title: meterTexts.title, permission: 'meter.read', buildings: true } },
    { path: 'reading-sheets', name: 'reading-sheets', component: () => import('./SheetsPage.vue'), meta: { title: sheetTexts.title, permission: 'meter.record', under: 'readings' } },
    { path: 'reading-sheets/:import(\\d+)', name: 'reading-sheet', component: () => import('./SheetPage.vue'), meta: { title: sheetTexts.title, permission: 'meter.read', under: 'readings' } },
    { path: 'meters/:meter(\\d+)', name: 'meter', component: () => import('./MeterPage.vue'), meta: { title: meterPageTexts.title, permission: 'meter.read', buildings: true, under: 'readings' } },
    { path: 'meter-platform', name: 'meter-platform', component: () => import('./PlatformPage.vue'), meta: { title: remoteTexts.title, permission: 'meter.read', under: 'readings' } },
    { path: 'phone/readings', name: 'phone-readings', component: () => import('./phone/PhonePage.vue'), meta: { title: phoneTexts.title, permission: 'meter.record', buildings: true, bare: true, spare: () => kept.session() } },
    { path: 'shared-costs', name: 'shared-costs', component: () => import('./SharedPage.vue'), meta: { title: sharedTexts.title, permission: 'billing.read' } },
  ],
  menu: [
    { route: 'readings', group: 'bill', icon: 'meter', order: 10 },
    { route: 'shared-costs', group: 'bill', icon: 'lift', order: 15 },
  ],
  known: (now) => kept.known(now),
}
