import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { Offline, Refused, type Message, type PayApi } from './api'
import InboxView from './InboxView.vue'
import { useInbox } from './useInbox'

const message = (more: Partial<Message> = {}): Message => ({ id: '7', kind: 'bill', kind_name: '账单', title: '2026-11 的账单：250.60 元', body: '您1栋101 的账单已出。', at: '2026-11-21T10:00:00+08:00', ...more })

describe('messages on the page', () => {
  beforeEach(() => { history.replaceState(null, '', '/'); vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined) })
  afterEach(() => history.replaceState(null, '', '/'))

  function page(api: Partial<PayApi>) {
    const told = { read: vi.fn(), gone: vi.fn() }
    const w = mount(defineComponent({ setup() { const inbox = useInbox(api as PayApi, told); return () => (inbox.shown.value ? h(InboxView, { inbox, now: Date.parse('2026-11-21T12:00:00+08:00') }) : h('p', '账单')) } }))
    const go = async (hash: string) => { const moved = new Promise((done) => window.addEventListener('hashchange', done, { once: true })); location.hash = hash; await moved; await flushPromises() }
    return { w, told, go }
  }

  it('lists what is unread, opens one once, and goes back to the bill', async () => {
    const open = vi.fn().mockResolvedValue(message({ opened_at: '2026-11-21T11:00:00+08:00' }))
    const { w, told, go } = page({ messages: () => Promise.resolve({ items: [message(), message({ id: '6', title: '上月', opened_at: '2026-10-21T11:00:00+08:00' })] }), open })
    await flushPromises()
    expect(w.text()).toBe('账单')
    await go('#messages')
    expect(w.findAll('.tag').map((x) => x.text())).toEqual(['未读', '已读'])
    await go('#messages/7')
    expect(w.find('article').text()).toContain('您1栋101 的账单已出。')
    expect(told.read).toHaveBeenCalled()
    const moved = new Promise((done) => window.addEventListener('hashchange', done, { once: true }))
    await w.find('.btn.primary').trigger('click')
    await moved
    await flushPromises()
    expect(w.text()).toBe('账单')
    w.unmount()
  })

  it('says that there is none, and what to do without a line', async () => {
    const messages = vi.fn().mockRejectedValue(new Offline())
    const { w, go } = page({ messages })
    await go('#messages')
    expect(w.text()).toContain('没能读出消息')
    messages.mockReset().mockResolvedValue({ items: [] })
    await w.find('.btn').trigger('click')
    await flushPromises()
    expect(w.text()).toContain('还没有消息')
    w.unmount()
  })

  it('leaves when the code has ended', async () => {
    const { told, w, go } = page({ messages: () => Promise.reject(new Refused(404, 'paycode_gone', '')) })
    await go('#messages')
    expect(told.gone).toHaveBeenCalled()
    w.unmount()
  })
})
