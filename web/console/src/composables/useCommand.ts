import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { asApiError, type ApiError } from '@/api/errors'
import { useIntent } from './useIntent'
import { drawerTexts as t } from '@/texts/components'

export interface Command {
  /** Runs it with the key of this intention; undefined when it was refused or no answer came, and `error` tells why. */
  go<T>(command: (key: string) => Promise<T>): Promise<T | undefined>
  error: Ref<ApiError | null>
  /** The sentence to show, which after no answer says that trying again doubles nothing. */
  said: ComputedRef<string>
  busy: Readonly<Ref<boolean>>
  /** Forgets the error when the user changes what was refused. */
  clear(): void
}

/** A command of a form or dialog: one key per intention, what was refused kept to be shown. */
export function useCommand(): Command {
  const intent = useIntent()
  const error = ref<ApiError | null>(null) as Ref<ApiError | null>
  const said = computed(() => (error.value === null ? '' : intent.unsettled.value ? t.retryLater : error.value.detail))

  async function go<T>(command: (key: string) => Promise<T>): Promise<T | undefined> {
    error.value = null
    try {
      return await intent.run(command)
    } catch (thrown) {
      const refused = asApiError(thrown)
      if (!refused) throw thrown
      error.value = refused
      return undefined
    }
  }
  return { go, error, said, busy: intent.busy, clear: () => { error.value = null } }
}
