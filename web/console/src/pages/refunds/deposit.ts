import type { HandMethod, Proof } from '@/pages/counter/api'
import { payOf, proofProblem } from '@/pages/counter/counter'
import type { DepositTaking } from './api'

/** One way in which a deposit is paid, as it is being typed. */
export interface DepositPay { method: HandMethod; amount: number | null; proof: Proof }
export const emptyPay = (): DepositPay => ({ method: 'cash', amount: null, proof: { reference: '', terminal: '', last4: '', paid_on: '' } })
export const payProblem = (p: DepositPay, today: string) => proofProblem(p.method, p.proof, today)
/** What all ways come to; null while one of them is not filled in. */
export const paySum = (pays: DepositPay[]): number | null => (pays.every((p) => (p.amount ?? 0) > 0) ? pays.reduce((sum, p) => sum + (p.amount ?? 0), 0) : null)
export const paysOf = (pays: DepositPay[]): DepositTaking['pays'] => pays.map((p) => payOf(p.method, p.amount ?? 0, p.proof))
