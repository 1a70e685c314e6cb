/** The one file that talks to the panel. */

import { answerTo, GROUPS, ME, openStream } from './ahead'
import { ofCompact, ofCompactSet } from './compact'
import { METRICS } from './metrics'
import type { components } from './schema'

type Schemas = components['schemas']

export type User = Schemas['UserAnswer']
export type Node = Schemas['NodeAnswer']
export type GroupAnswer = Schemas['GroupAnswer']
export type NodeState = Node['state']
export type Realtime = Schemas['Realtime']
export type RealtimeNode = Schemas['RealtimeNode']
export type Trend = Schemas['Trend']
export type RealtimeOne = Schemas['RealtimeOne']
export type History = Schemas['HistoryOne']
export type HistorySet = Schemas['HistorySet']
export type HistorySpread = Schemas['HistorySpread']
export type RasterHead = Schemas['RasterHead']
export type ClusterPast = Schemas['ClusterPast']
export type Gap = Schemas['GapAnswer']
/** Why a raster shows nothing. */
export type Absence = RasterHead['missing'][number][3]
export type NodeGaps = Schemas['GapsNode']
export type OpenSession = Schemas['SessionAnswer']
export type ApiToken = Schemas['TokenAnswer']
export type TokenScope = ApiToken['scope']
export type WallScreen = Schemas['KioskAnswer']
export type AuditEntry = Schemas['AuditAnswer']
export type Findings = Schemas['Findings']
export type Finding = Schemas['Finding']
export type Severity = Finding['severity']
export type Alert = Schemas['AlertAnswer']
export type Alerts = Schemas['AlertsAnswer']
export type Silence = Schemas['SilenceAnswer']

export const PERIODS = ['1d', '7d', '1m', '1y', '2y'] as const
export type Period = (typeof PERIODS)[number]

/** A period that ends now, or a range in Unix seconds. */
type Span = { period: Period } | { from: number; to: number }

/** One metric (the name of a column) of a node set over time, with at most this many columns and rows. */
export interface RasterAsked {
  nodes: string
  metric: string
  when: Span
  columns: number
  rows: number
}

/** Which alerts: open or closed, of a node set and a rule, open at some time in a span. */
export interface AlertsAsked {
  state?: 'open' | 'closed' | ''
  nodes?: string
  rule?: string
  from?: number
  to?: number
}

/** The columns drawn for a few nodes: eight nodes with all columns would be twice as large. */
const FIELDS_OF_SET = [...METRICS.flatMap(({ ofTotal, columns }) => (ofTotal === null ? [columns.mean] : [ofTotal, columns.mean])), 'samples'].join(',')

/** These end the session. A wrong password at the login is a 401 too, but ends nothing. */
const UNAUTHENTICATED = 401
const FORBIDDEN = 403

/** What went wrong with a request. `status` is 0 if the panel could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    sentence: string,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(sentence)
    this.name = 'ApiError'
  }
}

/**
 * The panel's routes as functions. They call `onSignedOut` if the session is over, and `onRefused` if the user may not do
 * this.
 */
export function createApi(onSignedOut: () => void, onRefused: () => void = () => undefined) {
  async function known<T>(path: string, init: RequestInit = {}, read = jsonOf<T>): Promise<T> {
    try {
      return await request<T>(path, init, read)
    } catch (error) {
      if (error instanceof ApiError && error.status === UNAUTHENTICATED) onSignedOut()
      throw error
    }
  }

  async function asUser<T>(path: string, init: RequestInit = {}, read = jsonOf<T>): Promise<T> {
    try {
      return await known<T>(path, init, read)
    } catch (error) {
      if (error instanceof ApiError && error.status === FORBIDDEN) onRefused()
      throw error
    }
  }

  const remove = (path: string, id: string | number) =>
    asUser<Schemas['Ended']>(`${path}/${encodeURIComponent(id)}`, { method: 'DELETE' })

  return {
    logIn: (username: string, password: string) =>
      request<Schemas['LoginAnswer']>('/api/auth/login', asJson({ username, password })),
    logOut: () => asUser<Schemas['LogoutAnswer']>('/api/auth/logout', { method: 'POST' }),
    me: () => known<User>(ME),
    openKiosk: (secret: string) => request<Schemas['KioskOpened']>('/api/auth/kiosk', asJson({ secret })),
    sessions: () => asUser<OpenSession[]>('/api/auth/sessions'),
    endSession: (id: string) => remove('/api/auth/sessions', id),
    tokens: () => asUser<ApiToken[]>('/api/tokens'),
    addToken: (name: string, scope: TokenScope, days: number) =>
      asUser<Schemas['NewTokenAnswer']>('/api/tokens', asJson({ name, scope, days })),
    removeToken: (id: number) => remove('/api/tokens', id),
    kiosks: () => asUser<WallScreen[]>('/api/kiosks'),
    addKiosk: (name: string, days: number) => asUser<Schemas['NewKioskAnswer']>('/api/kiosks', asJson({ name, days })),
    removeKiosk: (id: number) => remove('/api/kiosks', id),
    audit: (days: number) => asUser<AuditEntry[]>(`/api/audit?days=${String(days)}`),
    nodes: () => asUser<Node[]>('/api/nodes'),
    groups: () => asUser<GroupAnswer[]>(GROUPS),
    realtime: (signal?: AbortSignal) => asUser<Realtime>('/api/metrics/realtime', { signal }),
    trend: () => asUser<Trend>('/api/metrics/trend'),
    realtimeOf: (node: string, signal?: AbortSignal) =>
      asUser<RealtimeOne>(`/api/metrics/realtime/${encodeURIComponent(node)}`, { signal }),
    /** At the precision of charts, in a fraction of the bytes. `isExact`: at full precision, for files. */
    history: (node: string, when: Span, signal?: AbortSignal, isExact = false) =>
      asUser<History>(`/api/metrics/history/${encodeURIComponent(node)}?${queryOf(when)}${formOf(isExact)}`, { signal }, isExact ? jsonOf : asFull(ofCompact)),
    historyOfSet: (nodes: string, when: Span, signal?: AbortSignal, isExact = false) =>
      asUser<HistorySet>(
        `/api/metrics/history?${queryOf(when)}&nodes=${encodeURIComponent(nodes)}&fields=${FIELDS_OF_SET}${formOf(isExact)}`,
        { signal },
        isExact ? jsonOf : asFull(ofCompactSet),
      ),
    spread: (nodes: string, when: Span, signal?: AbortSignal) =>
      asUser<HistorySpread>(`/api/metrics/spread?${queryOf(when)}&nodes=${encodeURIComponent(nodes)}`, { signal }),
    /** A line of JSON (RasterHead) and the bytes that it describes. */
    raster: ({ nodes, metric, when, columns, rows }: RasterAsked, signal?: AbortSignal) =>
      asUser<ArrayBuffer>(
        `/api/metrics/raster?${queryOf(when)}&nodes=${encodeURIComponent(nodes)}&metric=${metric}&columns=${String(columns)}&rows=${String(rows)}`,
        { signal },
        (response) => response.arrayBuffer(),
      ),
    /** For all enabled nodes. */
    cluster: (when: Span, columns: number, signal?: AbortSignal) =>
      asUser<ClusterPast>(`/api/metrics/cluster?${queryOf(when)}&columns=${String(columns)}`, { signal }),
    gaps: (nodes: string, when: Span, signal?: AbortSignal) =>
      asUser<Schemas['GapsSet']>(`/api/metrics/gaps?${queryOf(when)}&nodes=${encodeURIComponent(nodes)}`, { signal }),
    findings: () => asUser<Findings>('/api/alerts/findings'),
    /** A field of `asked` that is missing or empty means all. */
    alerts: (asked: AlertsAsked, signal?: AbortSignal) => asUser<Alerts>(`/api/alerts?${filled(asked)}`, { signal }),
    alert: (id: string, signal?: AbortSignal) => asUser<Alert>(`/api/alerts/${encodeURIComponent(id)}`, { signal }),
    acknowledge: (ids: readonly number[]) => asUser<Schemas['AckAnswer']>('/api/alerts/ack', asJson({ ids })),
    silences: (signal?: AbortSignal) => asUser<Silence[]>('/api/silences', { signal }),
    addSilence: (silence: Schemas['SilenceRequest']) => asUser<Silence>('/api/silences', asJson(silence)),
    endSilence: (id: number) => asUser<Schemas['Ended']>(`/api/silences/${String(id)}`, { method: 'DELETE' }),
    openStream,
  }
}

export type Api = ReturnType<typeof createApi>

/** Whether the panel answers at all. */
export async function isPanelThere(): Promise<boolean> {
  return fetch('/api/health').then(({ ok }) => ok, () => false)
}

async function request<T>(path: string, init: RequestInit, read = jsonOf<T>): Promise<T> {
  // The panel's errors are in the language of the page.
  const headers = new Headers(init.headers)
  headers.set('Accept-Language', document.documentElement.lang)
  const response = await (answerTo(path) ?? fetch(path, { ...init, headers })).catch((error: unknown) => {
    if (init.signal?.aborted) throw error
    throw new ApiError(0, 'The panel cannot be reached.')
  })
  if (!response.ok) throw await errorOf(response)
  return read(response)
}

async function jsonOf<T>(response: Response): Promise<T> {
  return (await response.json()) as T
}

function asFull<Compact, Full>(of: (compact: Compact) => Full): (response: Response) => Promise<Full> {
  return async (response) => of(await jsonOf<Compact>(response))
}

function formOf(isExact: boolean): string {
  return isExact ? '' : '&format=compact'
}

function queryOf(when: Span): string {
  return 'period' in when ? `period=${when.period}` : `from=${String(when.from)}&to=${String(when.to)}`
}

function filled(asked: object): string {
  return new URLSearchParams(Object.entries(asked).flatMap(([name, value]) => (value || value === 0 ? [[name, String(value)]] : []))).toString()
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as { error?: string } | null
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10)
  return new ApiError(response.status, body?.error ?? response.statusText, Number.isNaN(seconds) ? null : seconds)
}

function asJson(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}
