import type { RoomCell, RoomMoney, RoomUnit, Stay } from '@/components/roomGrid'
import type { Tone } from '@/components/tone'
import { gridTexts as t } from '@/texts/estate-grid'
import type { RoomState, RoomStates } from './api'

const stays: Record<RoomState['state'], Stay> = { self: 'self', rented: 'rent', vacant: 'empty', renovating: 'fitting', undelivered: 'undelivered', unsold: 'unsold' }
export const stayOf = (room: RoomState): Stay => stays[room.state]
export const tones: Record<Stay, Tone> = { self: 'info', rent: 'info', empty: 'draft', fitting: 'due', undelivered: 'draft', unsold: 'draft' }
const moneyOf = (room: RoomState) => (room.standing === '' ? undefined : (room.standing as RoomMoney))

/** What stands at the right of a room: money first, else that nobody has it yet. */
function wordOf(room: RoomState): string | undefined {
  if (room.standing === 'overdue') return t.word.overdue(room.months_late)
  if (room.standing === 'due') return t.word.due
  return room.state === 'unsold' || room.state === 'undelivered' ? t.word[room.state] : undefined
}

/** Whether a room stays in sight: `pick` is a stay or a money state, `text` a part of its number. */
export function stands(room: RoomState, pick: string, text: string): boolean {
  const wanted = text.trim().toUpperCase()
  return (pick === '' || stayOf(room) === pick || room.standing === pick) && (wanted === '' || room.name.toUpperCase().includes(wanted) || room.label.toUpperCase().includes(wanted))
}

/** The columns of the plan; a unit without rooms has none. */
export function unitsOf(states: RoomStates | undefined, pick: string, text: string): RoomUnit[] {
  if (!states) return []
  const single = states.units.length === 1
  const cell = (r: RoomState, floor: number): RoomCell => {
    const [money, word] = [moneyOf(r), wordOf(r)]
    return { id: r.id, number: r.name, floor, stay: stayOf(r), name: r.label, dim: !stands(r, pick, text), ...(money && { money }), ...(word && { word }) }
  }
  return states.units
    .map((u) => ({ id: u.id, title: u.name || (single ? '' : t.noUnit), rooms: states.floors.flatMap((f) => f.rooms.filter((r) => r.unit_id === u.id).map((r) => cell(r, f.floor))) }))
    .filter((u) => u.rooms.length > 0)
}
