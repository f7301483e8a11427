/** WeChat's own browser: who stands in front of it, and how it is asked for a payment. */

/** How a payment ended as the browser tells it; what counts is what the server knows. */
export type Outcome = 'ok' | 'cancel' | 'fail'

interface Bridge { invoke: (name: string, parameters: Record<string, string>, told: (answer: { err_msg?: string }) => void) => void }

const bridgePatience = 8000

function arrived(): Promise<Bridge | null> {
  const at = window as Window & { WeixinJSBridge?: Bridge }
  if (at.WeixinJSBridge) return Promise.resolve(at.WeixinJSBridge)
  return new Promise((done) => {
    const give = (): void => { clearTimeout(late); document.removeEventListener('WeixinJSBridgeReady', give); done(at.WeixinJSBridge ?? null) }
    const late = window.setTimeout(give, bridgePatience)
    document.addEventListener('WeixinJSBridgeReady', give)
  })
}

/** Opens WeChat's payment over the page; the parameters are signed by the server. */
export async function ask(parameters: Record<string, string>): Promise<Outcome> {
  const bridge = await arrived()
  if (!bridge) return 'fail'
  return new Promise((done) => {
    bridge.invoke('getBrandWCPayRequest', parameters, (a) => done(a.err_msg === 'get_brand_wcpay_request:ok' ? 'ok' : a.err_msg === 'get_brand_wcpay_request:cancel' ? 'cancel' : 'fail'))
  })
}

/** What the page has to know between leaving to say who pays and coming back. */
export interface Memory { get: (name: string) => string; set: (name: string, value: string) => void }

const once = 2

/**
 * Who pays, as a ticket that only the server opens, for one page of WeChat: another merchant may know payers by another
 * app. Without a ticket the browser is sent away to say so, and comes back with a code; twice at most, so that a setting
 * that is wrong does not send it round and round.
 */
export function identity(memory: Memory, address: URL, leave: (page: string) => void, clean: () => void) {
  const code = address.searchParams.get('code') ?? ''
  const known = code !== '' && address.searchParams.get('state') === memory.get('state') && memory.get('state') !== ''
  if (code !== '') clean()
  memory.set('state', '')
  let unused = known ? code : ''
  return {
    ticket: (page: string): string => {
      const [until, ticket, of] = memory.get('ticket').split(' ')
      return ticket && of === page && Number(until) > Date.now() ? ticket : ''
    },
    /** The code that the browser came back with, once. */
    code: (): string => { const c = unused; unused = ''; return c },
    keep: (ticket: string, page: string): void => { memory.set('ticket', `${Date.now() + 90 * 60_000} ${ticket} ${page}`); memory.set('tries', '') },
    forget: (): void => memory.set('ticket', ''),
    /** Sends the browser away to say who pays; false when that was tried often enough. */
    leave: (page: string): boolean => {
      const tries = Number(memory.get('tries') || '0')
      if (tries >= once) return false
      const state = Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, '0')).join('')
      memory.set('tries', String(tries + 1))
      memory.set('state', state)
      leave(page.replace('state=STATE', `state=${state}`))
      return true
    },
  }
}
export type Identity = ReturnType<typeof identity>

/** The memory of this window, for this token; without one nothing is remembered. */
export function windowMemory(token: string): Memory {
  const at = (name: string): string => `linli.pay.${name}.${token}`
  return {
    get: (name) => { try { return sessionStorage.getItem(at(name)) ?? '' } catch { return '' } },
    set: (name, value) => { try { if (value) sessionStorage.setItem(at(name), value); else sessionStorage.removeItem(at(name)) } catch { /* asked again next time */ } },
  }
}
