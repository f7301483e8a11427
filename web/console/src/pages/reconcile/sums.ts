import type { Summary } from '@/components/dataTable'
import { dayTexts as t } from '@/texts/reconcile'
import type { readDifferences } from './api'

type Sums = NonNullable<Awaited<ReturnType<typeof readDifferences>>['totals']>

/** 合计 of a list of differences: what was paid and what was given back go opposite ways and stand in lines of their own; fees are no whole fen and are only counted. */
export function differenceSums(sums: Sums | undefined): Summary[] {
  if (!sums?.count) return []
  const back = sums.back_there !== 0 || sums.back_here !== 0
  const paid = sums.there !== 0 || sums.here !== 0
  const lines: Summary[] = []
  if (paid || !back) lines.push({ label: t.sum(sums.count, back, sums.fees), values: { there: sums.there, here: sums.here }, yuan: true })
  if (back) lines.push({ label: paid ? t.sumBack : t.sumOnlyBack(sums.count, sums.fees), values: { there: sums.back_there, here: sums.back_here }, yuan: true })
  return lines
}
