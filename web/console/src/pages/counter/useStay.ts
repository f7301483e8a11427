import { onBeforeUnmount, ref, watch, type Ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate, useRouter, type RouteLocationNormalized } from 'vue-router'

/**
 * Nobody walks away from a payment that has no answer yet, and whoever leaves by the menu or the arrows of the browser is asked
 * before he loses what he typed. The page itself changes its household within `own`, which asks nothing.
 */
export function useStay(unsettled: Ref<boolean>, typed: Ref<boolean>, pending: () => void) {
  const router = useRouter()
  const asking = ref(false)
  let own = false
  let answer: ((go: boolean) => void) | null = null
  let asked = '' // where the question was about going
  let overtaken = false // the router has forgotten it for another way out, which was refused

  function may(to: RouteLocationNormalized): boolean | Promise<boolean> {
    if (own || to.name === 'login') return true
    if (unsettled.value) {
      pending()
      return false
    }
    if (!typed.value) return true
    if (answer) { // asked already
      overtaken = true
      return false
    }
    asked = to.fullPath
    overtaken = false
    asking.value = true
    return new Promise((resolve) => { answer = resolve })
  }
  function end(go: boolean): void {
    answer?.(go)
    answer = null
    asking.value = false
  }
  async function leave(): Promise<void> {
    end(true)
    if (!overtaken) return
    // The arrow of the browser moved the address when it was pressed; a link has not.
    const moved = router.options.history.location === asked
    await within(() => (moved ? router.replace(asked) : router.push(asked)))
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
  return { asking, leave, within }
}
