import { nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

/** Tells how many columns of the matrix are out of sight to the right, so that nobody takes half of it for all. */
export function useScrollSign(box: Ref<HTMLElement | null>, columns: Ref<readonly unknown[]>) {
  const wide = ref({ more: false, hidden: 0, right: false })
  function measure(): void {
    const el = box.value
    const heads = el ? [...el.querySelectorAll<HTMLElement>('thead th')].slice(1, -1) : []
    if (!el || heads.length === 0) return void (wide.value = { more: false, hidden: 0, right: false })
    const last = el.querySelector<HTMLElement>('thead th:last-child')
    const edge = el.getBoundingClientRect().right - (last?.offsetWidth ?? 0)
    const hidden = heads.filter((th) => th.getBoundingClientRect().right > edge + 4).length
    wide.value = { more: hidden > 0, hidden, right: hidden > 0 }
  }
  const watcher = new ResizeObserver(measure)
  watch([box, columns], () => void nextTick(() => {
    watcher.disconnect()
    if (box.value) watcher.observe(box.value)
    measure()
  }), { flush: 'post' })
  onMounted(measure)
  onBeforeUnmount(() => watcher.disconnect())
  return { wide, measure }
}
