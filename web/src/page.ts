/** The page itself: its connection to the panel, its session and its language. */

import '@/assets/base.css'

import { createApp } from 'vue'

import { forgetAhead, streamAhead } from '@/api/ahead'
import { createApi } from '@/api/client'
import App from '@/App.vue'
import { apiKey } from '@/composables/useApi'
import { createLanguage, languageKey } from '@/composables/useLanguage'
import { createSession, sessionKey } from '@/composables/useSession'
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
const language = createLanguage()

const ahead = streamAhead()
if (ahead) void session.mayEnter().then((may) => { if (!may) forgetAhead() })
const openStream = () => ahead?.take() ?? api.openStream()

createApp(App)
  .provide(apiKey, { ...api, openStream })
  .provide(loaderKey, loader)
  .provide(sessionKey, session)
  .provide(languageKey, language)
  .use(router)
  .mount('#app')
