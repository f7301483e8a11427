import { onBeforeUnmount, ref, watch, type Ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate, type RouteLocationNormalized } from 'vue-router'

/**
 * Nobody walks away from a payment that has no answer yet, and whoever leaves by the menu or the arrows of the browser is asked
 * before he loses what he typed. The page itself changes its household within `own`, which asks nothing.
 */
export function useStay(unsettled: Ref<boolean>, typed: Ref<boolean>, pending: () => void) {
  const asking = ref(false)
  let own = false
  let answer: ((go: boolean) => void) | null = null

  function may(to: RouteLocationNormalized): boolean | Promise<boolean> {
    if (own || to.name === 'login') return true
    if (unsettled.value) {
      pending()
      return false
    }
    if (!typed.value) return true
    if (answer) return false // asked already
    asking.value = true
    return new Promise((resolve) => { answer = resolve })
  }
  function end(go: boolean): void {
    answer?.(go)
    answer = null
    asking.value = false
  }
  watch(asking, (now) => { if (!now) end(false) })
  onBeforeRouteLeave(may)
  onBeforeRouteUpdate(may)

  const hold = (event: BeforeUnloadEvent) => { if (unsettled.value || typed.value) event.preventDefault() }
  addEventListener('beforeunload', hold)
  onBeforeUnmount(() => removeEventListener('beforeunload', hold))

  async function within(go: () => Promise<unknown>): Promise<void> {
    own = true
    await go().finally(() => { own = false })
  }
  return { asking, leave: () => end(true), within }
}
