import type { Area } from '@/router/area'
import { gridTexts } from '@/texts/estate-grid'

/** 房态图: every room of a building at a glance. */
export const area: Area = {
  routes: [{ path: 'room-states', name: 'roomStates', component: () => import('./RoomStatesPage.vue'), meta: { title: gridTexts.title, permission: 'estate.read', buildings: true, rail: true } }],
  menu: [{ route: 'roomStates', group: 'household', icon: 'grid', order: 20 }],
}
