/** A column of DataTable. `value` gives the text of a cell; a slot `cell-<key>` draws it instead. */
export interface TableColumn<T> {
  key: string
  title: string
  kind?: 'text' | 'money' | 'count' | 'date'
  value?: (row: T) => string | number | null | undefined
  width?: number
  align?: 'left' | 'right'
  sortable?: boolean
  strong?: boolean
}
export interface Sort { key: string; down: boolean }
/** One line of the foot: money by column key in fen, and what is no sum as text. The first is the whole result, the second this page. */
export interface Summary { label: string; values: Record<string, number | undefined>; texts?: Record<string, string>; yuan?: boolean }

/** The page numbers to offer: first, last and the neighbours, with gaps as null. `1 2 3 … 125` */
export function pageNumbers(page: number, pages: number): (number | null)[] {
  if (pages <= 7) return Array.from({ length: pages }, (_, i) => i + 1)
  const near = new Set([1, pages, page - 1, page, page + 1])
  if (page <= 3) [2, 3, 4].forEach((n) => near.add(n))
  if (page >= pages - 2) [pages - 3, pages - 2, pages - 1].forEach((n) => near.add(n))
  const shown = [...near].filter((n) => n >= 1 && n <= pages).sort((a, b) => a - b)
  return shown.flatMap((n, i) => (i > 0 && n - shown[i - 1]! > 1 ? [null, n] : [n]))
}

/** Rows that are all here in the order of a column: names as Chinese reads them, numbers by size, gaps always last. */
export function sorted<T>(rows: T[], sort: Sort | null): T[] {
  if (!sort) return rows
  const of = (row: T) => (row as Record<string, unknown>)[sort.key] ?? null
  const by = (a: unknown, b: unknown) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'zh-CN'))
  return rows.toSorted((a, b) => {
    const gaps = Number(of(a) === null) - Number(of(b) === null)
    return gaps || (sort.down ? by(of(b), of(a)) : by(of(a), of(b)))
  })
}

/** Sorting by a head: first up, then down, then up again. */
export function nextSort(current: Sort | null, key: string): Sort {
  return { key, down: current?.key === key ? !current.down : false }
}
