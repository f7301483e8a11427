import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw, type Router } from 'vue-router'
import { useSession } from '@/stores/session'
import { allowed, areas } from './menu'

const pages = areas.flatMap((a) => a.routes)
const projectPages = pages.filter((r) => !r.path.startsWith('/') && !r.meta?.bare)
const barePages = pages.filter((r) => !r.path.startsWith('/') && r.meta?.bare)
const companyPages = pages.filter((r) => r.path.startsWith('/') && !r.meta?.open)
const openPages = pages.filter((r) => r.meta?.open)

/** Only addresses of this console are returned to after the login. */
export function safeBack(back: unknown): string {
  return typeof back === 'string' && /^\/(?![/\\])/.test(back) && !back.startsWith('/login') ? back : '/'
}

/** Where a navigation is led instead, or true: session first, then project, then permission. */
export async function guard(to: RouteLocationNormalized): Promise<true | RouteLocationRaw> {
  if (to.meta.open) return true
  const session = useSession()
  if (!(await session.load(to.meta.spare))) return { name: 'login', query: to.fullPath === '/' ? {} : { back: to.fullPath } }
  if (session.session?.due) return { name: 'due' }
  const project = to.params.project
  if (typeof project === 'string' && !session.choose(project)) return { name: 'noProject' }
  const held = typeof project !== 'string' ? session.everywhere : to.meta.buildings ? session.reach : session.held
  if (!allowed(to.meta.permission, held)) return { name: 'forbidden', query: { title: to.meta.title ?? '' } }
  return true
}

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/'),
    routes: [
      ...openPages,
      ...barePages.map((r) => ({ ...r, path: `/p/:project/${r.path}` })),
      {
        path: '/',
        component: () => import('@/frame/AppFrame.vue'),
        children: [
          { path: '', name: 'start', component: () => import('@/frame/StartPage.vue') },
          { path: 'guide/:page?', name: 'guide', component: () => import('@/frame/GuidePage.vue') },
          ...companyPages,
          { path: 'p/:project', name: 'project', component: () => import('@/frame/StartPage.vue') },
          ...projectPages.map((r) => ({ ...r, path: `p/:project/${r.path}` })),
          { path: 'forbidden', name: 'forbidden', component: () => import('@/frame/BlockedPage.vue'), props: { kind: 'forbidden' } },
          { path: 'no-project', name: 'noProject', component: () => import('@/frame/BlockedPage.vue'), props: { kind: 'noProject' } },
          { path: ':rest(.*)*', name: 'notFound', component: () => import('@/frame/BlockedPage.vue'), props: { kind: 'notFound' } },
        ],
      },
    ],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach(guard)
  return router
}
