import { computed, reactive, type ComputedRef } from 'vue'
import type { ApiError } from '@/api/errors'

export interface Faults<F extends string> {
  /** The message under a field: our own after it was left, then what the server refused. */
  of(field: F): string | null
  leave(field: F): void
  /** Marks every field as left; true when nothing is wrong. */
  check(): boolean
  /** Forgets what was left: the form starts anew. */
  reset(): void
  ok: ComputedRef<boolean>
}

/** Messages of a form that come on leaving a field and on sending, never while typing the first time. */
export function useFaults<F extends string>(rules: () => Record<F, string | null>, refused: () => ApiError | null = () => null): Faults<F> {
  const left = reactive(new Set<string>())
  const faults = computed(rules)
  const ok = computed(() => (Object.values(faults.value) as (string | null)[]).every((f) => !f))
  return {
    of: (field) => (left.has(field) ? faults.value[field] : null) ?? refused()?.field(field) ?? null,
    leave: (field) => { left.add(field) },
    check: () => {
      for (const field of Object.keys(faults.value)) left.add(field)
      return ok.value
    },
    reset: () => left.clear(),
    ok,
  }
}
