import { onBeforeUnmount, ref, type Ref } from 'vue'

/** Whether the window is at least this wide. */
export function useWide(px: number): Readonly<Ref<boolean>> {
  const media = matchMedia(`(min-width: ${px}px)`)
  const wide = ref(media.matches)
  const on = () => { wide.value = media.matches }
  media.addEventListener('change', on)
  onBeforeUnmount(() => media.removeEventListener('change', on))
  return wide
}
