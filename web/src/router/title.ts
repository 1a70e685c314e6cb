/** The title of the browser's tab. */

import type { RouteLocationNormalizedLoaded } from 'vue-router'

import { isDemo } from '@/demo'

/** "node001 · History · MiniPanel" */
export function titleOf({ name, params }: Pick<RouteLocationNormalizedLoaded, 'name' | 'params'>, t: (key: string) => string): string {
  const views: Record<string, string> = {
    login: t('login.title'),
    realtime: t('nav.realtime'),
    kiosk: t('nav.realtime'),
    history: t('nav.history'),
    alerts: t('alerts.title'),
    sessions: t('access.sessions'),
  }
  const parts = [params['node'], typeof name === 'string' ? views[name] : undefined, isDemo ? t('demo.title') : 'MiniPanel']
  return parts.filter(Boolean).join(' · ')
}
