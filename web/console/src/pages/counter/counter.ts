/** The rules of the counter without a screen: what the matrix shows, what an amount means, what is sent. */
import type { FeeColumn, FeeGroup, FeeRow } from '@/components/feeMatrix'
import { sumFen } from '@/lib/money'
import { dueWords, formatMonth, type Moment } from '@/lib/time'
import { counterTexts as t, doneTexts } from '@/texts/counter'
import { roomKinds, roomStates } from '@/texts/household'
import { isOnline, type Ahead, type HandMethod, type Method, type Online, type OpenCharge, type OrderTaking, type Pay, type Proof, type Receipt, type Seat, type SeatRoom, type Taking } from './api'

/** `118.42` from hundredths of a square metre; `120` when whole. */
export function areaText(hundredths: number): string {
  const text = `${Math.trunc(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`
  return text.replace(/\.?0+$/, '')
}

export function roomFacts(room: SeatRoom): string {
  const area = room.area > 0 ? ` ${areaText(room.area)}㎡` : ''
  return [`${roomKinds[room.kind] ?? ''}${area}`.trim(), roomStates[room.state] ?? ''].filter(Boolean).join(' · ')
}

/** One column per month with the words of its earliest due day. */
export function columnsOf(charges: { month: string; due_date?: string }[], now: Moment): FeeColumn[] {
  const due = new Map<string, string>()
  for (const c of charges) {
    const known = due.get(c.month)
    if (known === undefined || (c.due_date && (known === '' || c.due_date < known))) due.set(c.month, c.due_date ?? known ?? '')
  }
  return [...due.keys()].sort().map((month) => {
    const day = due.get(month)
    const column: FeeColumn = { key: month, title: formatMonth(month, now) }
    if (!day) return column
    const words = dueWords(day, now)
    return { ...column, sub: words.text, tone: words.tone }
  })
}

interface Line { id: string; room: string; item: string; name: string; month: string; fen: number; part: boolean; costs: boolean }

/** The rows of a room: one per fee item, and another one when the same fee stands twice in a month. */
function rowsOf(lines: Line[]): FeeRow[] {
  const rows: FeeRow[] = []
  for (const line of lines) {
    let n = 1
    let row: FeeRow | undefined
    for (; ; n++) {
      const id = n === 1 ? line.item : `${line.item}#${n}`
      row = rows.find((r) => r.id === id)
      if (!row) {
        row = { id, title: line.name, cells: {}, ...(n > 1 ? { hint: t.again(n) } : {}) }
        rows.push(row)
      }
      if (row.cells[line.month] === undefined) break
    }
    row.cells[line.month] = { id: line.id, fen: line.fen }
    if (line.part) row.hint = t.partPaid
    if (line.costs) row.hint = line.part ? t.costsPart : t.costs
  }
  return rows
}

const lineOf = (c: OpenCharge): Line => ({ id: c.charge_id, room: c.room_id, item: c.item_id, name: c.item_name, month: c.month, fen: c.left, part: c.left !== c.amount, costs: c.costs === true })

/** The rooms of the household that owe anything, the one that was asked for first. */
export function groupsOf(seat: Seat): FeeGroup[] {
  const rooms = [...seat.rooms].sort((a, b) => Number(b.id === seat.room.id) - Number(a.id === seat.room.id))
  return rooms.flatMap((room): FeeGroup[] => {
    const lines = seat.charges.filter((c) => c.room_id === room.id).map(lineOf)
    return lines.length ? [{ id: room.id, title: room.label, facts: roomFacts(room), rows: rowsOf(lines) }] : []
  })
}

/** What is still owed of each charge after a receipt, in the order of the seat. */
export function leftAfter(seat: Seat, receipt: Receipt): OpenCharge[] {
  const paid = new Map<string, number>()
  for (const l of receipt.lines) paid.set(l.charge_id, (paid.get(l.charge_id) ?? 0) + l.amount)
  return seat.charges.map((c) => ({ ...c, left: c.left - (paid.get(c.charge_id) ?? 0) })).filter((c) => c.left > 0)
}

/** The matrix after a receipt: rooms that owe nothing any more show what was paid, the others what stays. */
export function groupsAfter(seat: Seat, receipt: Receipt): FeeGroup[] {
  const left = leftAfter(seat, receipt)
  const open = groupsOf({ ...seat, charges: left })
  return groupsOf(seat).map((before) => {
    const still = open.find((g) => g.id === before.id)
    return still ?? { ...before, rows: before.rows.map(({ hint, ...row }) => (hint === t.partPaid ? row : hint === t.costsPart ? { ...row, hint: t.costs } : { ...row, hint })), settled: doneTexts.paid }
  })
}

/** What the clerk has set, in fen. `typed` null: the field is empty or no amount. */
export interface Entry {
  method: Method
  typed: number | null
  usePrepaid: boolean
  keepChange: boolean
  /** Parts of the money that were entered before, each by its own method. */
  parts?: readonly Pay[]
  /** For coming months that are paid with it. */
  ahead?: number
  /** Late fees of what is paid are paid with it. */
  late?: boolean
  /** The fee that alone what is prepaid may pay; empty is any. */
  prepayItem?: string
  /** False when the clerk takes the cash to the fen although the project rounds it down. */
  round?: boolean
}
/** What the entry comes to. */
export interface Plan {
  /** To be paid: the chosen charges, or everything owed when none is chosen. */
  due: number
  /** Taken from the wallet. */
  prepaid: number
  /** To be paid with money, without what is let go. */
  need: number
  /** What the project lets go when cash pays all of it (抹零). */
  odd: number
  /** What is let go. */
  rounded: number
  /** Money that is booked, all parts. */
  money: number
  /** Of it the part that stands in the field. */
  now: number
  /** The receipt: money and prepaid money. */
  amount: number
  change: number
  toPrepay: number
  /** Missing to the due amount. */
  short: number
  /** Owed by the household afterwards. */
  staysOwed: number
}

/** The charges a taking is about: the chosen ones, or all when none is chosen. */
export function wantedOf(seat: Seat, chosen: readonly string[]): OpenCharge[] {
  if (chosen.length === 0) return seat.charges
  const set = new Set(chosen)
  return seat.charges.filter((c) => set.has(c.charge_id))
}

/** The late fees that go with the chosen charges: all of them when everything is chosen. */
export function lateOf(seat: Seat, chosen: readonly string[]): Seat['late_fees'] {
  if (chosen.length === 0 || chosen.length >= seat.charges.length) return seat.late_fees
  return seat.late_fees.filter((l) => chosen.includes(l.charge_id))
}

/** How much of the prepaid money may pay what is wanted: money that was set aside for one fee pays that fee only. */
export function usablePrepaid(seat: Seat, chosen: readonly string[], due: number): number {
  const wanted = wantedOf(seat, chosen)
  const any = seat.prepaid - sumFen(seat.prepaid_for.map((a) => a.amount))
  const aside = seat.prepaid_for.map((a) => Math.min(a.amount, sumFen(wanted.filter((c) => c.item_id === a.item_id).map((c) => c.left))))
  return Math.min(due, any + sumFen(aside))
}

/** What of the cash that is still needed may be let go, so that all cash of the receipt comes in whole units. */
function oddOf(seat: Seat, entry: Entry, open: number): number {
  if (seat.round_to === 0 || entry.method !== 'cash' || entry.keepChange || open <= 0) return 0
  const odd = (open + sumFen((entry.parts ?? []).filter((p) => p.method === 'cash').map((p) => p.amount))) % seat.round_to
  return odd < open ? odd : 0
}

export function planOf(seat: Seat, chosen: readonly string[], entry: Entry): Plan {
  const ahead = (entry.ahead ?? 0) + (entry.late ? sumFen(lateOf(seat, chosen).map((l) => l.left)) : 0)
  const taken = sumFen((entry.parts ?? []).map((p) => p.amount))
  const due = sumFen(wantedOf(seat, chosen).map((c) => c.left)) + ahead
  const prepaid = entry.usePrepaid ? usablePrepaid(seat, chosen, due) : 0
  const open = Math.max(0, due - prepaid - taken)
  const odd = oddOf(seat, entry, open)
  const need = open - (entry.round === false ? 0 : odd)
  const typed = need === 0 && due > 0 ? 0 : (entry.typed ?? 0)
  const givesChange = entry.method === 'cash' && !entry.keepChange && need > 0
  const now = givesChange ? Math.min(typed, need) : typed
  const money = now + taken
  const rounded = odd > 0 && now === need && need < open ? odd : 0
  const settled = Math.min(due, money + prepaid + rounded)
  return {
    due, prepaid, need, odd, rounded, money, now, amount: money + prepaid, change: typed - now, toPrepay: Math.max(0, money + prepaid + rounded - settled),
    short: due - settled, staysOwed: seat.owed + ahead - settled,
  }
}

/** Amounts a payer is likely to hand over: the next round sums above what is needed. */
export function quickAmounts(need: number): number[] {
  if (need <= 0) return []
  const steps = [100, 1000, 5000, 10000, 20000, 50000, 100000]
  const sums = steps.map((step) => Math.ceil(need / step) * step).filter((sum) => sum > need)
  return [...new Set(sums)].slice(0, 3)
}

/** One part of the money with what proves it; empty proof is left out. */
export function payOf(method: HandMethod, amount: number, proof: Partial<Proof>): Pay {
  const pay: Pay = { method, amount }
  const fields = { cash: [], card: ['terminal', 'reference', 'last4'], transfer: ['reference', 'paid_on'] } as const
  for (const field of fields[method]) {
    const text = proof[field]?.trim()
    if (text) pay[field] = text
  }
  return pay
}

/** What is wrong with the proof of a part, or nothing. */
export function proofProblem(method: Method, proof: Proof, today: string): { field: keyof Proof; text: string } | null {
  if (method === 'card' && proof.last4.trim() && !/^\d{4}$/.test(proof.last4.trim())) return { field: 'last4', text: t.last4Wrong }
  if (method === 'transfer' && proof.paid_on > today) return { field: 'paid_on', text: t.paidOnWrong }
  return null
}

/** Which charges and late fees are named. Nothing named is everything, by the order of the project; without the late fees the charges are named. */
function named(seat: Seat, chosen: readonly string[], late: boolean): { charge_ids?: string[]; late_charge_ids?: string[] } {
  const all = chosen.length === 0 || chosen.length >= seat.charges.length
  const fees = lateOf(seat, chosen).map((l) => l.charge_id)
  if (all && (late || fees.length === 0)) return {}
  const out: { charge_ids?: string[]; late_charge_ids?: string[] } = { charge_ids: all ? seat.charges.map((c) => c.charge_id) : [...chosen] }
  if (late && fees.length > 0) out.late_charge_ids = fees
  return out
}

/** The request for a plan. All chosen is the same as none chosen: the project's order then holds. */
export function takingOf(seat: Seat, chosen: readonly string[], entry: Entry, plan: Plan, proof: Partial<Proof>, confirmed: boolean, ahead: Ahead | null = null): Taking {
  const pays: Pay[] = []
  if (plan.prepaid > 0) pays.push({ method: 'prepay', amount: plan.prepaid })
  pays.push(...(entry.parts ?? []))
  if (plan.now > 0 && !isOnline(entry.method)) pays.push(payOf(entry.method, plan.now, proof))
  const body: Taking = { room_id: seat.room.id, pays, expected_owed: seat.owed, ...named(seat, chosen, entry.late ?? false) }
  if (entry.late && lateOf(seat, chosen).length > 0) body.expected_late = seat.late_owed
  const cash = sumFen(pays.filter((p) => p.method === 'cash').map((p) => p.amount))
  if (cash > 0) body.tendered = cash + plan.change
  if (plan.prepaid > 0) body.expected_prepaid = seat.prepaid
  if (confirmed) body.confirmed = true
  if (ahead) body.ahead = { until: ahead.until, total: ahead.total }
  if (plan.rounded > 0) body.rounded = plan.rounded
  if (plan.toPrepay > 0 && entry.prepayItem) body.prepay_item_id = entry.prepayItem
  return body
}

/** The request for a code that the payer scans, or with the code that was scanned from the payer's telephone. */
export function orderOf(seat: Seat, chosen: readonly string[], plan: Plan, channel: Online, confirmed: boolean, payerCode = '', late = false): OrderTaking {
  const body: OrderTaking = { channel, room_id: seat.room.id, amount: plan.now, expected_owed: seat.owed, ...named(seat, chosen, late) }
  if (late && lateOf(seat, chosen).length > 0) body.expected_late = seat.late_owed
  if (confirmed) body.confirmed = true
  if (payerCode) body.payer_code = payerCode
  return body
}

/** After the seat was read again: what was left out stays out, everything else is in. */
export function keepChoice(before: readonly OpenCharge[], chosen: readonly string[], now: readonly OpenCharge[]): string[] {
  if (chosen.length === 0 && before.length > 0) return []
  const taken = new Set(chosen)
  const leftOut = new Set(before.filter((c) => !taken.has(c.charge_id)).map((c) => c.charge_id))
  return now.filter((c) => !leftOut.has(c.charge_id)).map((c) => c.charge_id)
}
