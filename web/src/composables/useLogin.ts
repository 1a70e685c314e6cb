/** The login: the input, what is wrong with it, and how long to wait after too many tries. */

import { computed, shallowRef } from 'vue'

import { ApiError } from '@/api/client'

import { useClock } from './useClock'
import { useErrorText } from './useErrorText'
import { useLanguage } from './useLanguage'
import type { Session } from './useSession'

/** The wait if the panel names none. */
const DEFAULT_WAIT_SECONDS = 30

/** A login to `session`. `submit` returns whether it worked. */
export function useLogin(session: Pick<Session, 'logIn'>) {
  const { t } = useLanguage()
  const errorText = useErrorText()
  const now = useClock()
  const username = shallowRef('')
  const password = shallowRef('')
  const isBusy = shallowRef(false)
  const problem = shallowRef<unknown>(null)
  const waitUntil = shallowRef(0)

  const isIncomplete = shallowRef(false)
  const waitSeconds = computed(() => Math.max(0, Math.ceil(waitUntil.value - now.value)))
  const sentence = computed(() => {
    if (waitSeconds.value > 0) return t('login.tooMany', { seconds: waitSeconds.value })
    if (isIncomplete.value) return t('login.incomplete')
    if (problem.value === null || statusOf(problem.value) === 429) return null
    return statusOf(problem.value) === 401 ? t('login.wrong') : errorText(problem.value)
  })

  async function submit(): Promise<boolean> {
    isIncomplete.value = username.value === '' || password.value === ''
    if (isIncomplete.value || isBusy.value || waitSeconds.value > 0) return false
    isBusy.value = true
    problem.value = null
    try {
      await session.logIn(username.value, password.value)
      return true
    } catch (error) {
      problem.value = error
      if (error instanceof ApiError && error.status === 429) {
        waitUntil.value = Date.now() / 1000 + (error.retryAfterSeconds ?? DEFAULT_WAIT_SECONDS)
      }
      return false
    } finally {
      isBusy.value = false
    }
  }

  return { username, password, isBusy, waitSeconds, sentence, submit }
}

function statusOf(error: unknown): number | null {
  return error instanceof ApiError ? error.status : null
}
