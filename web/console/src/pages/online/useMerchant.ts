import { ref, type Ref } from 'vue'
import { asApiError } from '@/api/errors'
import type { Merchant } from './api'

/** The form of a merchant: filled from what is stored, without keys; what is typed stays when it is refused. */
export function useMerchant<F extends object>(first: Merchant, toForm: (m: Merchant) => F, put: (form: F) => Promise<Merchant>) {
  const known = ref(first)
  const form = ref(toForm(first)) as Ref<F>
  const busy = ref(false)
  const problem = ref<unknown>(null)
  const saved = ref(false)
  const wrong = (field: string) => asApiError(problem.value)?.field(field) ?? null

  async function save(): Promise<void> {
    if (busy.value) return
    busy.value = true
    problem.value = null
    saved.value = false
    try {
      known.value = await put(form.value)
      form.value = toForm(known.value)
      saved.value = true
    } catch (thrown) {
      problem.value = thrown
    } finally {
      busy.value = false
    }
  }
  return { known, form, busy, problem, saved, wrong, save }
}
