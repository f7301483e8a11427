import type { Area } from '@/router/area'
import { personTexts, projectTexts, roomTexts } from '@/texts/estate'
import { vehicleTexts } from '@/texts/vehicle'

/** What is managed and who lives there. */
export const area: Area = {
  routes: [
    { path: '/projects', name: 'projects', component: () => import('./ProjectsPage.vue'), meta: { title: projectTexts.listTitle, permission: 'estate.project' } },
    { path: 'project', name: 'projectCard', component: () => import('./ProjectPage.vue'), meta: { title: projectTexts.cardTitle, permission: 'estate.read' } },
    { path: 'rooms', name: 'rooms', component: () => import('./RoomsPage.vue'), meta: { title: roomTexts.title, permission: 'estate.read', buildings: true } },
    { path: 'people', name: 'people', component: () => import('./PeoplePage.vue'), meta: { title: personTexts.title, permission: 'estate.read', buildings: true } },
    { path: 'vehicles', name: 'vehicles', component: () => import('./VehiclesPage.vue'), meta: { title: vehicleTexts.title, permission: 'estate.read', buildings: true } },
  ],
  menu: [
    { route: 'rooms', group: 'household', icon: 'lift', order: 30 },
    { route: 'people', group: 'household', icon: 'person', order: 40 },
    { route: 'vehicles', group: 'household', icon: 'car', order: 45 },
    { route: 'projectCard', group: 'manage', icon: 'info', order: 10 },
    { route: 'projects', group: 'manage', icon: 'grid', order: 70 },
  ],
}
