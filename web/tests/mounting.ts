/** Mount a component with what main.ts provides: a language, a theme, the panel's routes. */

import { enableAutoUnmount, mount } from '@vue/test-utils'
import { type Component, computed, shallowRef } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { afterEach } from 'vitest'

import type { Api } from '@/api/client'
import { apiKey } from '@/composables/useApi'
import { type Cluster, clusterKey } from '@/composables/useCluster'
import { groupsKey, type GroupsOfPage } from '@/composables/useGroups'
import { languageKey } from '@/composables/useLanguage'
import { type Session, sessionKey } from '@/composables/useSession'
import { type Colours, themeKey } from '@/composables/useTheme'
import { createSpeaker, type Language } from '@/i18n'
import { createLoader, loaderKey } from '@/router/loader'
import { createUnits } from '@/units'

enableAutoUnmount(afterEach)

const NOWHERE = { template: '<div />' }

export interface Surroundings {
  language?: Language
  api?: Partial<Api>
  cluster?: Partial<Cluster>
  groups?: GroupsOfPage
  session?: Partial<Session>
}

const noGroups: GroupsOfPage = { groups: shallowRef([]), nodesOf: () => undefined }

/** Mount `component` with `props`, by default in English. */
export function show(component: Component, props: Record<string, unknown>, { language = 'en', api = {}, cluster = {}, groups = noGroups, session = {} }: Surroundings = {}) {
  const spoken = shallowRef(language)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/realtime/:node?', name: 'realtime', component: NOWHERE },
      { path: '/history/:node?', name: 'history', component: NOWHERE },
      { path: '/sessions', name: 'sessions', component: NOWHERE },
      { path: '/alerts/:id?', name: 'alerts', component: NOWHERE },
      { path: '/:rest(.*)*', component: NOWHERE },
    ],
  })
  const units = computed(() => createUnits(language === 'zh' ? 'zh-CN' : 'en-GB', 'Asia/Shanghai'))
  return mount(component, {
    props,
    global: {
      plugins: [router],
      provide: {
        [apiKey as symbol]: api,
        [clusterKey as symbol]: { findings: shallowRef([]), wasEver: shallowRef(false), state: shallowRef('stream'), panelTime: shallowRef(null), nodes: shallowRef([]), renewFindings: () => Promise.resolve(), ...cluster },
        [groupsKey as symbol]: groups,
        [loaderKey as symbol]: createLoader(),
        [sessionKey as symbol]: { isAdmin: shallowRef(false), archiveDays: shallowRef(0), ...session },
        [languageKey as symbol]: { language: spoken, units, ...createSpeaker(spoken) },
        [themeKey as symbol]: { isDark: shallowRef(false), colours: computed(() => ({}) as Colours) },
      },
    },
  })
}
