/**
 * The lines of an explanation as a formula and what stands under it: a product with its result, or what a meter showed with
 * what was used. One reading says the use already, and it is not said twice.
 */
export function explained(lines: readonly string[]): { formula: string; notes: string[] } {
  const used = lines.findIndex((l) => l.startsWith('本月用量 '))
  if (used < 1) return { formula: lines.slice(0, 2).join(' '), notes: lines.slice(2) }
  const reads = lines.slice(0, used)
  const last = reads.length === 1 ? reads.map((l) => l.replace(/，用量 [\d.,]+$/, '')) : reads
  return { formula: `${last.join('；')}，${lines[used]}`, notes: lines.slice(used + 1) }
}
