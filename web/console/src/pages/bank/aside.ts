import type { Aside, BankRow } from './api'

/** What money that no household has paid probably is, by who paid it and the remark. */
export function guessAside(row: Pick<BankRow, 'payer' | 'remark'>): Exclude<Aside, 'held'> {
  const text = row.payer + row.remark
  if (/财付通|微信|支付宝|网银在线|清算|商户结算/.test(text)) return 'settled'
  return /现金|存现|ATM|存款机/i.test(text) && !/结息|利息/.test(text) ? 'cash' : 'aside'
}
