import { onlineManager, QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp, watch } from 'vue'
import { asApiError } from '@/api/errors'
import { onSignedOut } from '@/api/client'
import { makeRouter } from '@/router'
import { areas } from '@/router/menu'
import { useSession } from '@/stores/session'
import App from './App.vue'
import 'element-plus/es/components/base/style/css'
import './theme/tokens.css'
import './theme/console.css'
import './theme/narrow.css'

const queries = new QueryClient({
  defaultOptions: {
    // Reading again helps against a broken line, never against a refusal. Commands are repeated only by the user, with the same key.
    queries: { staleTime: 10_000, retry: (count, error) => count < 2 && asApiError(error)?.definite === false, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
})

const router = makeRouter()
const app = createApp(App).use(createPinia()).use(router).use(VueQueryPlugin, { queryClient: queries })

useSession().onKnown((now) => Promise.all(areas.map((area) => area.known?.(now))))

onSignedOut(() => {
  const here = router.currentRoute.value
  const session = useSession()
  // A page of the frame stays as it is, covered: what was being typed on it is there when its person is back.
  if (session.session && here.matched.length > 0 && !here.meta.open && !here.meta.bare) {
    onlineManager.setOnline(false) // nothing is asked for meanwhile
    return session.end()
  }
  session.forget()
  queries.clear()
  if (here.name !== 'login') void router.replace({ name: 'login', query: { back: here.fullPath } })
})
watch(() => useSession().ended, (ended) => {
  if (!ended) onlineManager.setOnline(true)
})

app.mount('#app')
