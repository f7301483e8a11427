import { onBeforeUnmount, ref, watch, type Ref } from 'vue'
import { useIntent } from '@/composables/useIntent'
import { printReceipt, type Paper } from './api'

const PAPER = 'linli.receipt.paper'
const papers: readonly Paper[] = ['80', 'a4', '241']
const AUTO = 'linli.receipt.print'

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

/**
 * Prints receipts from a hidden frame; this desk's paper, and whether to print at once, are remembered in this browser.
 * A print that got no answer is asked for again under the same key, so that it counts once; no new receipt is needed.
 */
export function usePrinter(project: Ref<string>) {
  const intent = useIntent()
  const paper = ref<Paper>(papers.find((p) => p === stored(PAPER)) ?? '80')
  const auto = ref(stored(AUTO) !== '0')
  const busy = ref(false)
  const problem = ref<unknown>(null)
  let frame: HTMLIFrameElement | null = null
  let asked = ''
  watch(paper, (now) => store(PAPER, now))
  watch(auto, (now) => store(AUTO, now ? '1' : '0'))

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

  /** True when the paper was handed to the browser's printing. */
  async function print(receipt: string): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    try {
      if (receipt !== asked) intent.renew()
      asked = receipt
      const on = paper.value
      const page = await intent.run((key) => printReceipt(project.value, receipt, on, `${key}-${on}`))
      const el = await load(page.html)
      el.contentWindow?.print()
      return true
    } catch (thrown) {
      problem.value = thrown
      return false
    } finally {
      busy.value = false
    }
  }
  onBeforeUnmount(() => frame?.remove())
  return { paper, auto, busy, problem, print }
}
export type Printer = ReturnType<typeof usePrinter>
