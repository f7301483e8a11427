import { ref, watch, type Ref } from 'vue'
import { asApiError } from '@/api/errors'
import { merchantTexts as t } from '@/texts/online'
import type { Merchant } from './api'
import { parseRate, rateText } from './rate'

/** The form of a merchant: filled from what is stored, without keys; what is typed stays when it is refused. */
export function useMerchant<F extends { rate: number }>(first: Merchant, toForm: (m: Merchant) => F, put: (form: F) => Promise<Merchant>, done: () => void) {
  const known = ref(first)
  const form = ref(toForm(first)) as Ref<F>
  const rate = ref(rateText(first.rate))
  const busy = ref(false)
  const problem = ref<unknown>(null)
  const saved = ref(false)
  const badRate = ref(false)
  watch(rate, () => { badRate.value = false })
  const wrong = (field: string) => (field === 'rate' && badRate.value ? t.badRate : (asApiError(problem.value)?.field(field) ?? null))

  async function save(): Promise<void> {
    if (busy.value) return
    const agreed = parseRate(rate.value)
    badRate.value = agreed === null
    if (agreed === null) return
    busy.value = true
    problem.value = null
    saved.value = false
    try {
      known.value = await put({ ...form.value, rate: agreed })
      form.value = toForm(known.value)
      saved.value = true
      done()
    } catch (thrown) {
      problem.value = thrown
    } finally {
      busy.value = false
    }
  }
  return { known, form, rate, busy, problem, saved, wrong, save }
}
