import { nextTick, ref, type Ref } from 'vue'
import { asApiError, sayError } from '@/api/errors'
import { signIn } from '@/api/session'

type Field = 'login' | 'password' | 'code'

/** Signing in, with the second factor when it is asked: what is typed, what is wrong with it, and where the focus goes. */
export function useSignIn(login: Ref<string>, focus: (field: Field) => void, done: () => Promise<unknown>) {
  const password = ref('')
  const remember = ref(false)
  /** The password was right and the second factor is asked. */
  const second = ref(false)
  const code = ref('')
  const tried = ref(false)
  const busy = ref(false)
  const failure = ref('')

  async function submit(): Promise<void> {
    tried.value = true
    if (login.value.trim() === '') return focus('login')
    if (password.value === '') return focus('password')
    if (second.value && code.value.trim() === '') return focus('code')
    if (busy.value) return
    busy.value = true
    failure.value = ''
    try {
      await signIn({ login: login.value.trim(), password: password.value, remember: remember.value, ...(second.value ? { code: code.value.trim() } : {}) })
      await done()
    } catch (thrown) {
      await refused(thrown)
    } finally {
      busy.value = false
    }
  }
  async function refused(thrown: unknown): Promise<void> {
    const why = asApiError(thrown)?.code
    if (why === 'login_code_needed') {
      second.value = true
      tried.value = false
      await nextTick()
      return focus('code')
    }
    failure.value = sayError(thrown)
    if (second.value && why === 'login_wrong') restart()
    focus(second.value ? 'code' : 'password')
  }
  function restart(): void {
    second.value = false
    code.value = ''
    password.value = ''
  }
  return { password, remember, second, code, tried, busy, failure, submit, restart }
}
