/** The addresses of the page, and the login in front of them. */

import { watch } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'

import { OPEN_TO_ALL } from '@/api/ahead'
import type { Session } from '@/composables/useSession'
import { whenOf } from '@/history/when'
import RealtimeView from '@/views/RealtimeView.vue'

import type { Loader } from './loader'

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown to anyone; it has its own frame, if any. */
    isOpen?: boolean
  }
}

type View = Loader['load']

/** The realtime view is part of the main script, because most visits start there. */
const routesWith = (view: View): RouteRecordRaw[] => [
  { path: '/', redirect: { name: 'realtime' } },
  { path: OPEN_TO_ALL.login, name: 'login', component: () => view(() => import('@/views/LoginView.vue')), meta: { isOpen: true } },
  { path: '/realtime/:node?', name: 'realtime', component: RealtimeView, props: true },
  {
    path: '/history/:node?',
    name: 'history',
    component: () => view(() => import('@/views/HistoryView.vue')),
    props: ({ params, query }) => ({ node: params['node'] || undefined, when: whenOf(query) }),
  },
  {
    path: '/alerts/:id?',
    name: 'alerts',
    component: () => view(() => import('@/views/AlertsView.vue')),
    props: ({ params, query }) => ({ id: params['id'] || undefined, when: whenOf({ period: '7d', ...query }) }),
  },
  { path: '/sessions', name: 'sessions', component: () => view(() => import('@/views/SessionsView.vue')) },
  {
    path: OPEN_TO_ALL.kiosk,
    component: () => view(() => import('@/views/KioskView.vue')),
    meta: { isOpen: true },
    children: [{ path: '', name: 'kiosk', component: RealtimeView }],
  },
  { path: '/:rest(.*)*', name: 'nowhere', component: () => view(() => import('@/views/NowhereView.vue')) },
]

/** The page's router. A user who is not logged in gets the login, and then the page that they wanted. */
export function createPageRouter(session: Session, { load }: Loader) {
  let wanted = '/'
  const routes = routesWith((view) => load(view, () => { location.assign(wanted) }))
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach((to) => { wanted = to.fullPath })
  router.beforeEach(async (to) => to.meta.isOpen || (await session.mayEnter()) || login(to))
  watch(session.username, (username) => {
    const here = router.currentRoute.value
    if (username === null && !here.meta.isOpen) void router.replace(login(here))
  })
  return router
}

function login(wanted: RouteLocationNormalized) {
  return { name: 'login', query: wanted.path === '/realtime' ? {} : { to: wanted.fullPath } }
}
