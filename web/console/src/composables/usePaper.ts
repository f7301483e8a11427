import { onBeforeUnmount } from 'vue'

/** Hands a page that the server made to the browser's printing, from a hidden frame. */
export function usePaper() {
  let frame: HTMLIFrameElement | null = null
  function print(html: string): Promise<void> {
    frame?.remove()
    const el = document.createElement('iframe')
    frame = el
    el.setAttribute('aria-hidden', 'true')
    el.tabIndex = -1
    el.style.cssText = 'position:fixed;width:0;height:0;border:0;right:0;bottom:0'
    return new Promise((resolve) => {
      el.addEventListener('load', () => { el.contentWindow?.print(); resolve() }, { once: true })
      el.srcdoc = html
      document.body.append(el)
    })
  }
  onBeforeUnmount(() => frame?.remove())
  return { print }
}
