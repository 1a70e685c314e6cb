/** What went wrong, in the viewer's language. */

import { ApiError } from '@/api/client'

import { useLanguage } from './useLanguage'

/** Returns a function that turns an error of the API into a sentence. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useLanguage()
  return (error) => {
    if (!(error instanceof ApiError) || error.status === 0) return t('error.network')
    return t('error.answer', { status: error.status, sentence: error.message })
  }
}
