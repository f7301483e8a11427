import type { RouteRecordRaw } from 'vue-router'
import type { Session } from '@/api/session'
import type { IconName } from '@/components/icons'
import type { SearchSource } from '@/stores/frame'
import type { Spare } from '@/stores/session'

export type MenuGroup = 'top' | 'charge' | 'bill' | 'household' | 'service' | 'books' | 'manage'

/** One entry of the left menu. It stands in the menu only when its route exists and the user holds the route's permission. */
export interface MenuEntry {
  /** Name of the route it opens; title and permission are those of the route. */
  route: string
  group: MenuGroup
  icon: IconName
  /** Place within the group, small first. */
  order: number
}

/**
 * What one folder of pages adds to the console. `src/pages/<area>/area.ts` exports `area`; nothing else has to be touched.
 * Project pages give paths without a leading slash and stand under /p/:project; company-wide pages start with a slash.
 */
export interface Area {
  routes: RouteRecordRaw[]
  menu: MenuEntry[]
  /** What the search box of the frame asks, for those who hold the permission; one area gives it. */
  search?: { permission: string; source: SearchSource }
  /** Told whenever the server says who is signed in here, null when nobody is: what this device keeps of anybody else goes. */
  known?: (now: Session | null) => Promise<void>
}

declare module 'vue-router' {
  interface RouteMeta {
    /** Title of the page in the menu and the window. */
    title?: string
    /** Permission the session must hold; any one of several. */
    permission?: string | string[]
    /** The page works for rights that are limited to some buildings: everything it asks for honours them. */
    buildings?: boolean
    /** The menu shrinks to icons because the page needs width. */
    rail?: boolean
    /** A phone page: it stands without the frame, under the same session, project and permission. */
    bare?: boolean
    /** The page works without a signal on what this device kept of the session. */
    spare?: Spare
    /** Pages outside of the frame that need no session (login, first use). */
    open?: boolean
    /** The menu entry that is marked on a detail page, when it is not the page itself. */
    under?: string
  }
}
