import { onBeforeUnmount, onMounted } from 'vue'
import { modalIsOpen } from '@/composables/useHotkeys'
import type { Online } from './api'

/** A scanner types faster than this between two digits; nobody starts to scan that soon after typing. */
const pause = 300
const shortest = 16
const longest = 24

/** Whose payment code it is, by its first digits. The server has the same rule and decides. */
export function channelOf(code: string): Online | null {
  if (!/^\d{16,24}$/.test(code)) return null
  const head = Number(code.slice(0, 2))
  if (head >= 10 && head <= 15) return code.length === 18 ? 'wechat' : null
  return head >= 25 && head <= 30 ? 'alipay' : null
}

/** The digits that a scanner has typed so far. A scanner is a keyboard: digits without a pause, then Enter. */
export class ScanRun {
  private digits = ''
  private last = -Infinity
  /** Takes a key; answers the code when it ended one. */
  key(key: string, at: number): string | null {
    const flows = at - this.last <= pause
    if (/^\d$/.test(key)) {
      this.digits = flows ? this.digits + key : key
      this.last = at
      return null
    }
    if (key === 'Shift' || key === 'Control' || key === 'Alt') return null
    const run = flows ? this.digits : ''
    this.digits = ''
    return key === 'Enter' && run.length >= shortest && run.length <= longest ? run : null
  }
  /** The key that was taken last began a run. */
  get fresh(): boolean {
    return this.digits.length === 1
  }
}

/** Remembers the text of the field that has the focus; the answer puts it back as if it were typed. */
export function keptText(): () => void {
  const field = document.activeElement
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return () => {}
  const text = field.value
  return () => {
    if (field.value === text) return
    field.value = text
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

/**
 * Hears a scanner wherever the focus is, before any field or key of the page acts on its Enter. What the digits have done until then is
 * put back: `mark` is asked at the first digit and answers how.
 */
export function useScanner(mark: () => () => void, take: (code: string) => void): void {
  const run = new ScanRun()
  let restore = () => {}
  function listen(event: KeyboardEvent): void {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || modalIsOpen()) return
    const code = run.key(event.key, event.timeStamp)
    if (run.fresh) {
      const [text, rest] = [keptText(), mark()]
      restore = () => { text(); rest() }
    }
    if (code === null) return
    event.preventDefault()
    event.stopImmediatePropagation()
    restore()
    take(code)
  }
  onMounted(() => addEventListener('keydown', listen, true))
  onBeforeUnmount(() => removeEventListener('keydown', listen, true))
}
