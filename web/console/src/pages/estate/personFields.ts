import { toHalfWidth } from '@/lib/money'
import { personTexts as t } from '@/texts/estate'
import type { Person } from './types'

export interface PersonFields { name: string; kind: Person['kind']; gender: string; phone: string; idNumber: string; email: string }

/** A phone and an ID number are never sent back: an empty field leaves them as they are. */
export function personFields(p: Person | null): PersonFields {
  return { name: p?.name ?? '', kind: p?.kind ?? 'person', gender: p?.gender ?? '', phone: '', idNumber: '', email: p?.email ?? '' }
}

/** Only what cannot be any number is caught here: a mobile number that is too short or too long. Everything else the server reads. */
export function phoneFault(text: string): string | null {
  const digits = toHalfWidth(text).replace(/^\s*(\+|00)86/, '').replace(/[\s-]/g, '')
  return /^1\d+$/.test(digits) && digits.length !== 11 ? t.faults.phone(digits.length) : null
}

export function personRules(f: PersonFields): Record<'name' | 'phone' | 'email' | 'id_number', string | null> {
  return {
    name: f.name.trim() ? null : t.faults.name,
    phone: phoneFault(f.phone),
    email: f.email.trim() === '' || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(f.email.trim()) ? null : t.faults.email,
    id_number: null,
  }
}
