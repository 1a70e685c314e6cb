/** The addresses of the page, and the door before them. */

import { watch } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'

import type { Session } from '@/composables/useSession'
import { whenOf } from '@/history/when'

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown to anyone; what frame it has it brings along. */
    isOpen?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: { name: 'realtime' } },
  { path: '/login', name: 'login', component: () => import('@/views/LoginView.vue'), meta: { isOpen: true } },
  { path: '/realtime/:node?', name: 'realtime', component: () => import('@/views/RealtimeView.vue'), props: true },
  {
    path: '/history/:node?',
    name: 'history',
    component: () => import('@/views/HistoryView.vue'),
    props: ({ params, query }) => ({ node: params['node'] || undefined, when: whenOf(query) }),
  },
  {
    path: '/alerts/:id?',
    name: 'alerts',
    component: () => import('@/views/AlertsView.vue'),
    props: ({ params, query }) => ({ id: params['id'] || undefined, when: whenOf({ period: '7d', ...query }) }),
  },
  { path: '/sessions', name: 'sessions', component: () => import('@/views/SessionsView.vue') },
  {
    path: '/kiosk',
    component: () => import('@/views/KioskView.vue'),
    meta: { isOpen: true },
    children: [{ path: '', name: 'kiosk', component: () => import('@/views/RealtimeView.vue') }],
  },
  { path: '/:rest(.*)*', name: 'nowhere', component: () => import('@/views/NowhereView.vue') },
]

/** The page's router. Who is not logged in is led to the login, and from there back to where they wanted to go. */
export function createPageRouter(session: Session) {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
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
