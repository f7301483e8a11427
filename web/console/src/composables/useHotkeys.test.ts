import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { pressName, useHotkeys, type HotkeyMap } from './useHotkeys'

function page(keys: HotkeyMap) {
  return mount(defineComponent({
    setup() {
      useHotkeys(keys)
      return () => h('div', [h('input', { id: 'text' }), h('input', { id: 'tick', type: 'checkbox' }), h('button', { id: 'button' })])
    },
  }), { attachTo: document.body })
}

function press(id: string | null, init: KeyboardEventInit): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })
  ;(id ? document.getElementById(id)! : document.body).dispatchEvent(event)
  return event
}

let wrapper: ReturnType<typeof page>
afterEach(() => wrapper.unmount())

describe('hotkeys', () => {
  it('leave letters to fields, but not to tick boxes', () => {
    const y = vi.fn()
    wrapper = page({ y })
    press('text', { key: 'y' })
    expect(y).not.toHaveBeenCalled()
    press('tick', { key: 'y' })
    press(null, { key: 'Y' })
    expect(y).toHaveBeenCalledTimes(2)
  })

  it('act in fields for function keys, Escape and Ctrl', () => {
    const act = vi.fn()
    wrapper = page({ f2: act, escape: act, 'ctrl+enter': act, enter: act })
    press('text', { key: 'F2' })
    press('text', { key: 'Escape' })
    press('text', { key: 'Enter', ctrlKey: true })
    expect(act).toHaveBeenCalledTimes(3)
    press('text', { key: 'Enter' })
    expect(act).toHaveBeenCalledTimes(3)
  })

  it('leave Enter to a focused button and ignore what was taken', () => {
    const enter = vi.fn()
    wrapper = page({ enter })
    press('button', { key: 'Enter' })
    expect(enter).not.toHaveBeenCalled()
    document.body.addEventListener('keydown', (e) => e.preventDefault(), { once: true })
    press(null, { key: 'Enter' })
    expect(enter).not.toHaveBeenCalled()
  })

  it('stay quiet under a dialog and after the page is gone', () => {
    const a = vi.fn()
    wrapper = page({ a })
    const dialog = document.createElement('div')
    dialog.setAttribute('aria-modal', 'true')
    document.body.append(dialog)
    press(null, { key: 'a' })
    dialog.remove()
    wrapper.unmount()
    press(null, { key: 'a' })
    expect(a).not.toHaveBeenCalled()
  })

  it('ignores input methods while they compose', () => {
    const a = vi.fn()
    wrapper = page({ a })
    press(null, { key: 'a', isComposing: true })
    expect(a).not.toHaveBeenCalled()
  })
})

it.each([
  [{ key: ' ' }, 'space'],
  [{ key: 'A', shiftKey: true }, 'a'],
  [{ key: 'Tab', shiftKey: true }, 'shift+tab'],
  [{ key: 'Enter', metaKey: true }, 'ctrl+enter'],
  [{ key: '/' }, '/'],
])('%o is called %s', (init, name) => expect(pressName(new KeyboardEvent('keydown', init))).toBe(name))
