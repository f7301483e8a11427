import { onBeforeUnmount, ref, type Ref } from 'vue'
import { useIntent } from '@/composables/useIntent'
import { reveal, type Person } from './api'

export type Field = 'phone' | 'id_number'
const SHOWN_FOR = 60_000

/** Shows a masked number after a reason was given, and covers it again a minute later. */
export function useReveal(project: Ref<string>) {
  const intent = useIntent()
  const asking = ref<{ person: Person; field: Field } | null>(null)
  const open = ref(false)
  const problem = ref<unknown>(null)
  const shown = ref<Record<string, string>>({})
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const keyOf = (person: string, field: Field) => `${person}.${field}`

  function ask(person: Person, field: Field): void {
    asking.value = { person, field }
    problem.value = null
    open.value = true
  }
  function cover(person: string, field: Field): void {
    const key = keyOf(person, field)
    clearTimeout(timers.get(key))
    timers.delete(key)
    const { [key]: _gone, ...rest } = shown.value
    shown.value = rest
  }
  async function confirm(reason: string): Promise<void> {
    const wanted = asking.value
    if (!wanted) return
    problem.value = null
    try {
      const { value } = await intent.run((key) => reveal(project.value, wanted.person.id, wanted.field, reason, key))
      shown.value = { ...shown.value, [keyOf(wanted.person.id, wanted.field)]: value }
      timers.set(keyOf(wanted.person.id, wanted.field), setTimeout(() => cover(wanted.person.id, wanted.field), SHOWN_FOR))
      open.value = false
    } catch (thrown) {
      problem.value = thrown
    }
  }
  const valueOf = (person: string, field: Field): string | undefined => shown.value[keyOf(person, field)]
  onBeforeUnmount(() => timers.forEach((timer) => clearTimeout(timer)))
  return { asking, open, problem, busy: intent.busy, ask, cover, confirm, valueOf }
}
export type Reveal = ReturnType<typeof useReveal>
