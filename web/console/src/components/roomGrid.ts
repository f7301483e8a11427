export type Stay = 'self' | 'rent' | 'empty' | 'fitting' | 'undelivered'
export type RoomMoney = 'paid' | 'due' | 'overdue' | 'none'

/** One room of the plan. `word` stands at the right (欠2月, 待缴, 待售); a paid room shows ✓. */
export interface RoomCell { id: string; number: string; floor: number; stay: Stay; money: RoomMoney; word?: string; name: string; dim?: boolean }
export interface RoomUnit { id: string; title: string; rooms: RoomCell[] }

/** The plan: floors from the top, each unit with its rooms side by side; a missing room leaves its place empty. */
export interface Plan { floors: number[]; widths: number[]; cells: (RoomCell | undefined)[][] }

export function planOf(units: RoomUnit[]): Plan {
  const floors = [...new Set(units.flatMap((u) => u.rooms.map((r) => r.floor)))].sort((a, b) => b - a)
  const suffix = (r: RoomCell) => r.number.slice(-2)
  const seats = units.map((u) => [...new Set(u.rooms.map(suffix))].sort())
  const cells = floors.map((floor) =>
    units.flatMap((unit, n) => {
      const here = unit.rooms.filter((r) => r.floor === floor)
      return seats[n]!.map((seat) => here.find((r) => suffix(r) === seat))
    }))
  return { floors, widths: seats.map((s) => s.length), cells }
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

export function countBy<K extends string>(units: RoomUnit[], of: (room: RoomCell) => K): Map<K, number> {
  const counts = new Map<K, number>()
  for (const room of units.flatMap((u) => u.rooms)) counts.set(of(room), (counts.get(of(room)) ?? 0) + 1)
  return counts
}
