import type { Area } from '@/router/area'
import { dunningTexts, letterTexts, waiverTexts } from '@/texts/dunning'

/** Who is late, letters to them, what came of calls, and late fees that are given up. */
export const area: Area = {
  routes: [
    { path: 'dunning', name: 'dunning', component: () => import('./DunningPage.vue'), meta: { title: dunningTexts.title, permission: 'dunning.read', buildings: true } },
    { path: 'dunning/letters', name: 'letters', component: () => import('./LettersPage.vue'), meta: { title: letterTexts.title, permission: 'dunning.read', under: 'dunning' } },
    { path: 'waivers', name: 'waivers', component: () => import('./WaiversPage.vue'), meta: { title: waiverTexts.title, permission: 'billing.read' } },
  ],
  menu: [
    { route: 'dunning', group: 'charge', icon: 'bell', order: 35 },
    { route: 'waivers', group: 'charge', icon: 'minus', order: 36 },
  ],
}
