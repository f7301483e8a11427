import { computed } from 'vue'
import { useNow } from '@/composables/useNow'
import { useUrlState } from '@/composables/useUrlState'
import { dateOf } from '@/lib/time'
import type { Months } from './api'

/** A month moved by n months, as 2026-11. */
export function monthBy(month: string, n: number): string {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + n
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`
}

/** The months of the address; the half year that ends with this month where it names none. */
export function useMonths() {
  const now = useNow()
  const state = useUrlState({ from: '', until: '' })
  const current = computed(() => dateOf(now.value).slice(0, 7))
  const until = computed({ get: () => state.until.value || current.value, set: (m: string) => { state.until.value = m === current.value ? '' : m } })
  const from = computed({ get: () => state.from.value || monthBy(until.value, -5), set: (m: string) => { state.from.value = m } })
  const max = computed(() => monthBy(current.value, 1))
  const query = computed<Months>(() => ({ from_month: from.value, until_month: until.value }))
  return { from, until, max, query }
}
