export type Stay = 'self' | 'rent' | 'empty' | 'fitting' | 'undelivered' | 'unsold'
export type RoomMoney = 'paid' | 'due' | 'overdue' | 'none'

/** One room of the plan. `word` stands at the right (欠2月, 待缴, 待售); a paid room shows ✓. Without `money` it is not shown to this user. */
export interface RoomCell { id: string; number: string; floor: number; stay: Stay; money?: RoomMoney; word?: string; name: string; dim?: boolean }
export interface RoomUnit { id: string; title: string; rooms: RoomCell[] }

/** The plan: floors from the top, each unit with its rooms side by side; a missing room leaves its place empty. A floor that is too wide takes several lines. */
export interface Plan { floors: number[]; widths: number[]; cells: (RoomCell | undefined)[][] }

/** Seats in one line, at most; beyond it a unit is laid out by order, WRAP rooms in a line. */
const WIDEST = 12
const WRAP = 8
const suffix = (r: RoomCell) => r.number.slice(-2)

/** The seats of a unit by the last two digits, or null when these do not tell its rooms apart (商铺, 1501A, two 01 on a floor). */
function seatsOf(rooms: RoomCell[]): string[] | null {
  const taken = new Set(rooms.map((r) => `${r.floor}/${suffix(r)}`))
  const seats = [...new Set(rooms.map(suffix))].sort()
  return taken.size === rooms.length && seats.length <= WIDEST && rooms.every((r) => /^\d{3,}$/.test(r.number)) ? seats : null
}

/** The lines of one unit on one floor; no room is ever left out. */
function linesOf(here: RoomCell[], seats: string[] | null): (RoomCell | undefined)[][] {
  if (seats) return [seats.map((seat) => here.find((r) => suffix(r) === seat))]
  const lines: RoomCell[][] = []
  for (let i = 0; i < here.length; i += WRAP) lines.push(here.slice(i, i + WRAP))
  return lines
}

export function planOf(units: RoomUnit[]): Plan {
  const rank = (floor: number) => (floor === 0 ? -Infinity : floor) // 0 is not recorded
  const plan: Plan = { floors: [], widths: units.map(() => 0), cells: [] }
  const seats = units.map((u) => seatsOf(u.rooms))
  const blocks = [...new Set(units.flatMap((u) => u.rooms.map((r) => r.floor)))].sort((a, b) => rank(b) - rank(a))
    .map((floor) => ({ floor, units: units.map((u, n) => linesOf(u.rooms.filter((r) => r.floor === floor), seats[n]!)) }))
  for (const { units: parts } of blocks) parts.forEach((lines, n) => { plan.widths[n] = Math.max(plan.widths[n]!, ...lines.map((l) => l.length)) })
  for (const { floor, units: parts } of blocks) {
    for (let i = 0; i < Math.max(...parts.map((lines) => lines.length)); i++) {
      plan.floors.push(floor)
      plan.cells.push(parts.flatMap((lines, n) => Array.from({ length: plan.widths[n]! }, (_, x) => lines[i]?.[x])))
    }
  }
  return plan
}

/** Where an arrow leads on the plan; empty places are passed over. */
export function stepOn(cells: (RoomCell | undefined)[][], id: string, key: string): string | null {
  const y = cells.findIndex((line) => line.some((c) => c?.id === id))
  if (y < 0) return null
  const x = cells[y]!.findIndex((c) => c?.id === id)
  const [dx, dy] = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as Record<string, [number, number]>)[key] ?? [0, 0]
  if (dx === 0 && dy === 0) return null
  for (let i = x + dx, j = y + dy; j >= 0 && j < cells.length && i >= 0 && i < cells[j]!.length; i += dx, j += dy) {
    const next = cells[j]![i]
    if (next) return next.id
  }
  return null
}

export function countBy<K extends string | undefined>(units: RoomUnit[], of: (room: RoomCell) => K): Map<K, number> {
  const counts = new Map<K, number>()
  for (const room of units.flatMap((u) => u.rooms)) counts.set(of(room), (counts.get(of(room)) ?? 0) + 1)
  return counts
}
