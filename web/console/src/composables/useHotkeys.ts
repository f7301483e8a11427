import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from 'vue'

export type HotkeyMap = Record<string, (event: KeyboardEvent) => void>

interface Options {
  /** Switches the keys off without taking them away, for instance while a dialog is open. */
  enabled?: () => boolean
}

const TEXTLESS = new Set(['checkbox', 'radio', 'button', 'submit', 'reset', 'range', 'color', 'file'])

/** Whether the user is typing there: then a letter is a letter and never a command. */
export function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !TEXTLESS.has(target.type)
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

/** The name of a press: `f2`, `enter`, `ctrl+enter`, `y`, `/`, `[`, `space`. Cmd counts as Ctrl. */
export function pressName(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase()
  const mods = [event.ctrlKey || event.metaKey ? 'ctrl' : '', event.altKey ? 'alt' : '']
  if (event.shiftKey && (key.length > 1 || event.ctrlKey || event.metaKey || event.altKey)) mods.push('shift')
  return [...mods.filter(Boolean), key].join('+')
}

/** Keys that work inside a field as well: function keys, Escape and everything with Ctrl. */
function worksInFields(name: string): boolean {
  return /^f\d+$/.test(name) || name === 'escape' || name.startsWith('ctrl+')
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('a[href],button,summary,[role="menuitem"],[role="option"],[role="tab"]') !== null
}

/**
 * The keys of a page. Names are those of pressName; letters, digits, `/` and Enter act only when no field has the focus,
 * and Enter and space leave a focused button or link alone. A key another listener took (preventDefault) is not acted on twice,
 * and while a modal dialog is open only the listeners inside it act.
 */
export function useHotkeys(keys: HotkeyMap, options: Options = {}): void {
  function listen(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.repeat && event.key === 'Enter') return
    if (options.enabled ? !options.enabled() : modalIsOpen()) return
    const name = pressName(event)
    const act = keys[name]
    if (!act) return
    if (isField(event.target) && !worksInFields(name)) return
    if ((name === 'enter' || name === 'space') && isControl(event.target)) return
    event.preventDefault()
    act(event)
  }
  const on = () => document.addEventListener('keydown', listen)
  const off = () => document.removeEventListener('keydown', listen)
  onMounted(on)
  onActivated(on)
  onDeactivated(off)
  onBeforeUnmount(off)
}

/** Whether a dialog covers the page. */
export function modalIsOpen(): boolean {
  return [...document.querySelectorAll<HTMLElement>('[aria-modal="true"]')].some((el) => el.closest('.el-overlay')?.getAttribute('style')?.includes('display: none') !== true)
}
