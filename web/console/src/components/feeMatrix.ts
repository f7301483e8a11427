/** The rules of the fee × month matrix, without a screen: what can be ticked, what a tick means, where the cursor goes. */

/** One unpaid amount. `id` is what the selection holds; `locked` says why it cannot be ticked. */
export interface FeeCell { id: string; fen: number; locked?: string }
/** A fee of a room; `cells` by column key, a missing cell is 「–」. */
export interface FeeRow { id: string; title: string; hint?: string; cells: Record<string, FeeCell | undefined> }
/** A room or parking space. A settled group shows its amounts and no ticks. */
export interface FeeGroup { id: string; title: string; facts?: string; rows: FeeRow[]; settled?: string }
/** A month, with what is due or overdue under it. */
export interface FeeColumn { key: string; title: string; sub?: string; tone?: 'overdue' | 'due' }

export type Tri = 'all' | 'some' | 'none'
/** What one tick box stands for. */
export type Target =
  | { kind: 'all' }
  | { kind: 'column'; column: FeeColumn }
  | { kind: 'group'; group: FeeGroup }
  | { kind: 'row'; group: FeeGroup; row: FeeRow }
  | { kind: 'cell'; group: FeeGroup; row: FeeRow; column: FeeColumn; cell: FeeCell }

/** A line of the matrix with its tick boxes: place 0 is the title, 1… are the months. */
export interface Line { key: string; targets: (Target | undefined)[] }
export interface Place { line: number; at: number }

export function cellsOf(group: FeeGroup): FeeCell[] {
  return group.rows.flatMap((row) => Object.values(row.cells).filter((c) => c !== undefined))
}

/** The cells that ticking a target reaches. Settled and locked ones are never among them. */
export function reach(target: Target, groups: FeeGroup[]): FeeCell[] {
  // Only for what reaches all rooms: a household may have hundreds, and every box asks.
  const open = () => groups.filter((g) => !g.settled)
  const free = (cells: (FeeCell | undefined)[]) => cells.filter((c): c is FeeCell => c !== undefined && !c.locked)
  switch (target.kind) {
    case 'all': return free(open().flatMap(cellsOf))
    case 'column': return free(open().flatMap((g) => g.rows.map((r) => r.cells[target.column.key])))
    case 'group': return target.group.settled ? [] : free(cellsOf(target.group))
    case 'row': return target.group.settled ? [] : free(Object.values(target.row.cells))
    case 'cell': return target.group.settled ? [] : free([target.cell])
  }
}

export function triOf(cells: FeeCell[], selected: ReadonlySet<string>): Tri {
  const on = cells.filter((c) => selected.has(c.id)).length
  if (on === 0) return 'none'
  return on === cells.length ? 'all' : 'some'
}

/** The selection after a target is ticked: everything it reaches is taken, or given back when it was all taken. */
export function toggled(target: Target, groups: FeeGroup[], selected: ReadonlySet<string>): string[] {
  const cells = reach(target, groups)
  const take = triOf(cells, selected) !== 'all'
  const next = new Set(selected)
  for (const cell of cells) {
    if (take) next.add(cell.id)
    else next.delete(cell.id)
  }
  return inOrder(groups, next)
}

/** Ids in the order of the matrix; ids that are no longer in it fall away. */
export function inOrder(groups: FeeGroup[], ids: ReadonlySet<string>): string[] {
  return groups.filter((g) => !g.settled).flatMap(cellsOf).filter((c) => !c.locked && ids.has(c.id)).map((c) => c.id)
}

export function linesOf(groups: FeeGroup[], columns: FeeColumn[]): Line[] {
  const lines: Line[] = []
  const some = (target: Target) => (reach(target, groups).length > 0 ? target : undefined)
  lines.push({ key: 'head', targets: [some({ kind: 'all' }), ...columns.map((column) => some({ kind: 'column', column }))] })
  for (const group of groups) {
    lines.push({ key: `g:${group.id}`, targets: [some({ kind: 'group', group })] })
    for (const row of group.rows) {
      const cells = columns.map((column): Target | undefined => {
        const cell = row.cells[column.key]
        return cell && some({ kind: 'cell', group, row, column, cell })
      })
      lines.push({ key: `r:${group.id}:${row.id}`, targets: [some({ kind: 'row', group, row }), ...cells] })
    }
  }
  return lines
}

export type Move = 'up' | 'down' | 'left' | 'right' | 'home' | 'end'

/**
 * Where an arrow leads. Up and down keep the month (`wish`): lines without any month are passed over,
 * a line without that month is entered at its nearest one. Null: there is nowhere to go.
 */
export function moved(lines: Line[], from: Place, move: Move, wish: number): Place | null {
  if (move === 'up' || move === 'down') {
    const step = move === 'up' ? -1 : 1
    for (let n = from.line + step; n >= 0 && n < lines.length; n += step) {
      const at = nearest(lines[n]!, wish)
      if (at !== null) return { line: n, at }
    }
    return null
  }
  const targets = lines[from.line]?.targets ?? []
  const places = targets.flatMap((t, i) => (t ? [i] : []))
  const found = {
    left: places.filter((i) => i < from.at).at(-1),
    right: places.find((i) => i > from.at),
    home: places[0],
    end: places.at(-1),
  }[move]
  return found === undefined || found === from.at ? null : { line: from.line, at: found }
}

function nearest(line: Line, wish: number): number | null {
  if (wish === 0) return line.targets[0] ? 0 : null
  let best: number | null = null
  for (let i = 1; i < line.targets.length; i++) {
    if (line.targets[i] && (best === null || Math.abs(i - wish) < Math.abs(best - wish))) best = i
  }
  return best
}
