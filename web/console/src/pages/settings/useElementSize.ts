import { onBeforeUnmount, ref, watch, type Ref } from 'vue'

/** The width of an element in pixels, kept up to date. */
export function useElementSize(element: Readonly<Ref<HTMLElement | null>>): Readonly<Ref<number>> {
  const width = ref(0)
  const watcher = new ResizeObserver((entries) => {
    for (const e of entries) width.value = e.contentRect.width
  })
  watch(element, (now, before) => {
    if (before) watcher.unobserve(before)
    if (now) watcher.observe(now)
  }, { immediate: true })
  onBeforeUnmount(() => watcher.disconnect())
  return width
}
