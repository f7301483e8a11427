import { onBeforeUnmount, ref, type Ref } from 'vue'
import { readPaper } from './api'

/** Prints the report of a shift from a hidden frame. */
export function usePaper(project: Ref<string>) {
  const busy = ref(false)
  const problem = ref<unknown>(null)
  let frame: HTMLIFrameElement | null = null

  function load(html: string): Promise<HTMLIFrameElement> {
    frame?.remove()
    const el = document.createElement('iframe')
    frame = el
    el.setAttribute('aria-hidden', 'true')
    el.tabIndex = -1
    el.style.cssText = 'position:fixed;width:0;height:0;border:0;right:0;bottom:0'
    return new Promise((resolve) => {
      el.addEventListener('load', () => resolve(el), { once: true })
      el.srcdoc = html
      document.body.append(el)
    })
  }
  async function print(shift: string): Promise<void> {
    if (busy.value) return
    busy.value = true
    problem.value = null
    try {
      ;(await load(await readPaper(project.value, shift))).contentWindow?.print()
    } catch (thrown) {
      problem.value = thrown
    } finally {
      busy.value = false
    }
  }
  onBeforeUnmount(() => frame?.remove())
  return { busy, problem, print }
}
