import { invoiceTexts as t } from '@/texts/invoice'
import type { Title, TitleFields } from './api'
import { cleanTaxNo } from './invoice'

/** An 抬头 as it is typed. */
export interface TitleDraft { name: string; company: boolean; tax_no: string; address: string; phone: string; bank: string; account: string; preferred: boolean }

const extra = ['address', 'phone', 'bank', 'account'] as const

/** The fields of a title that is there, or of a new one that begins with a name. */
export function titleDraft(of: Title | null, name = ''): TitleDraft {
  return {
    name: of?.name ?? name, company: of?.company ?? false, tax_no: of?.tax_no ?? '', address: of?.address ?? '', phone: of?.phone ?? '',
    bank: of?.bank ?? '', account: of?.account ?? '', preferred: of?.preferred ?? false,
  }
}

/** What is sent of it: a person has nothing but a name. */
export function titleBody(f: TitleDraft): TitleFields {
  const out: TitleFields = { name: f.name.trim(), company: f.company, ...(f.preferred ? { preferred: true } : {}) }
  if (!f.company) return out
  for (const key of extra) if (f[key].trim()) out[key] = f[key].trim()
  return { ...out, tax_no: cleanTaxNo(f.tax_no) }
}

export const titleRules = (f: TitleDraft): Record<'title.name' | 'title.tax_no', string | null> => ({
  'title.name': f.name.trim() ? null : t.faults.name,
  'title.tax_no': !f.company || cleanTaxNo(f.tax_no).length === 18 ? null : t.faults.taxNo,
})
