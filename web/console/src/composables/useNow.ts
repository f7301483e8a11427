import { onBeforeUnmount, ref, type Ref } from 'vue'

/** The present moment in milliseconds, moved on every `everyMs`; for 今天, running clocks and the date in the top bar. */
export function useNow(everyMs = 30_000): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = setInterval(() => { now.value = Date.now() }, everyMs)
  onBeforeUnmount(() => clearInterval(timer))
  return now
}
