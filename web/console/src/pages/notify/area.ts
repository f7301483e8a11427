import type { Area } from '@/router/area'
import { messageTexts, notifySettingTexts } from '@/texts/notify'

/** What goes out to residents by mail, SMS and on the page of their pay code, and how. */
export const area: Area = {
  routes: [
    { path: 'messages', name: 'messages', component: () => import('./MessagesPage.vue'), meta: { title: messageTexts.title, permission: 'notify.read' } },
    { path: 'messages/setting', name: 'notify-setting', component: () => import('./SettingPage.vue'), meta: { title: notifySettingTexts.title, permission: 'notify.setting', under: 'messages' } },
  ],
  menu: [{ route: 'messages', group: 'charge', icon: 'chat', order: 37 }],
}
