import { computed, ref, type Ref } from 'vue'
import { asApiError } from '@/api/errors'
import { useIntent } from '@/composables/useIntent'
import { receive, type Receipt, type Taking } from './api'

/**
 * Taking the money: one intention, one key. A refusal of the server is shown as it is said; an unusual amount asks back and is
 * sent again as confirmed; without an answer the request stays frozen until the same key gives one.
 */
export function useReceive(project: Ref<string>) {
  const intent = useIntent()
  const sent = ref<Taking | null>(null)
  const problem = ref<unknown>(null)
  const receipt = ref<Receipt | null>(null)
  const code = computed(() => asApiError(problem.value)?.code ?? '')
  /** The server asks back about the amount. */
  const asks = computed(() => code.value === 'amount_unusual')
  /** The money has moved since the screen was read. */
  const stale = computed(() => asApiError(problem.value)?.status === 409)

  /** A command of the counter under the one key of its intention; null when it was refused or got no answer. */
  async function attempt<T>(command: (key: string) => Promise<T>): Promise<T | null> {
    problem.value = null
    try {
      return await intent.run(command)
    } catch (thrown) {
      problem.value = thrown
      return null
    }
  }
  async function run(body: Taking): Promise<Receipt | null> {
    sent.value = body
    receipt.value = await attempt((key) => receive(project.value, body, key))
    return receipt.value
  }
  /** Shows a receipt that came about without a command of this page. */
  function show(one: Receipt): void {
    problem.value = null
    receipt.value = one
  }
  /** The same request with the same key: only safe because nothing in it has changed. */
  const retry = (): Promise<Receipt | null> => (sent.value ? run(sent.value) : Promise.resolve(null))
  function clear(): void {
    if (intent.unsettled.value || intent.busy.value) return
    problem.value = null
    receipt.value = null
    sent.value = null
  }
  function forgetProblem(): void {
    if (!intent.unsettled.value) problem.value = null
  }
  return { run, attempt, show, retry, clear, forgetProblem, sent, problem, receipt, asks, stale, busy: intent.busy, unsettled: intent.unsettled }
}
export type ReceiveState = ReturnType<typeof useReceive>
