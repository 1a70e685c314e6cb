/** The page starts here: who talks to the panel, who is logged in, which language is spoken. */

import '@/assets/base.css'

import { createApp } from 'vue'

import { createApi } from '@/api/client'
import App from '@/App.vue'
import { apiKey } from '@/composables/useApi'
import { createLanguage, languageKey } from '@/composables/useLanguage'
import { createSession, sessionKey } from '@/composables/useSession'
import { createMessages } from '@/i18n'
import { createPageRouter } from '@/router'

const api = createApi(
  () => {
    session.end()
  },
  () => void session.renew(),
)
const session = createSession(api)
const messages = createMessages('en')
const language = createLanguage((chosen) => {
  messages.global.locale.value = chosen
})

createApp(App)
  .provide(apiKey, api)
  .provide(sessionKey, session)
  .provide(languageKey, language)
  .use(messages)
  .use(createPageRouter(session))
  .mount('#app')
