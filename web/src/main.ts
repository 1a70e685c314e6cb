/** The page starts here: who talks to the panel, who is logged in, which language is spoken. */

import '@/assets/base.css'

import { createApp } from 'vue'

import { createApi } from '@/api/client'
import App from '@/App.vue'
import { openedAhead } from '@/composables/aheadStream'
import { apiKey } from '@/composables/useApi'
import { createLanguage, languageKey } from '@/composables/useLanguage'
import { createSession, sessionKey } from '@/composables/useSession'
import { createMessages } from '@/i18n'
import { createPageRouter } from '@/router'
import { createLoader, loaderKey } from '@/router/loader'

const api = createApi(
  () => {
    session.end()
  },
  () => void session.renew(),
)
const session = createSession(api)
const loader = createLoader()
const router = createPageRouter(session, loader)
const messages = createMessages('en')
const language = createLanguage((chosen) => {
  messages.global.locale.value = chosen
})

// Session and data are asked for at once, not one after the other: who is not logged in gets neither.
const ahead = router.resolve(location.pathname).meta.isOpen ? null : openedAhead(api.openStream)
if (ahead) void session.mayEnter().then((may) => { if (!may) ahead.close() })
const openStream = () => ahead?.take() ?? api.openStream()

createApp(App)
  .provide(apiKey, { ...api, openStream })
  .provide(loaderKey, loader)
  .provide(sessionKey, session)
  .provide(languageKey, language)
  .use(messages)
  .use(router)
  .mount('#app')
