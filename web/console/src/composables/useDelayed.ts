import { onBeforeUnmount, ref, watch, type Ref } from 'vue'

/** True only when `source` has been true for `ms`: a skeleton that would flash for a moment is not shown at all. */
export function useDelayed(source: () => boolean, ms: number): Ref<boolean> {
  const late = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(source, (on) => {
    clearTimeout(timer)
    late.value = false
    if (on) timer = setTimeout(() => { late.value = true }, ms)
  }, { immediate: true })
  onBeforeUnmount(() => clearTimeout(timer))
  return late
}
