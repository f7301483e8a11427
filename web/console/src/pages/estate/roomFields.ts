import { areaText, isNegativeArea, parseArea } from '@/lib/area'
import { toHalfWidth } from '@/lib/money'
import { roomTexts as t } from '@/texts/estate'
import type { Room, RoomKind, RoomState } from './types'

export interface RoomFields {
  building: string; unit: string; name: string; floor: string; layout: string; kind: RoomKind; area: string; inner: string; state: RoomState; handover: string
}
export type RoomField = 'building_id' | 'name' | 'floor' | 'area' | 'inner_area'

export function roomFields(r: Room | null, building = ''): RoomFields {
  return {
    building: r?.building_id ?? building, unit: r?.unit_id ?? '', name: r?.name ?? '', floor: r?.floor ? String(r.floor) : '', layout: r?.layout ?? '',
    kind: r?.kind ?? 'home', area: areaText(r?.area), inner: areaText(r?.inner_area), state: r?.state ?? 'vacant', handover: r?.handover ?? '',
  }
}

/** `15`, `-1`, `－1`; empty is 0, not recorded. Null outside of −20 to 300. */
export function parseFloor(text: string): number | null {
  const bare = toHalfWidth(text).trim().replace('−', '-')
  if (bare === '') return 0
  const floor = /^-?\d{1,3}$/.test(bare) ? Number(bare) : NaN
  return floor >= -20 && floor <= 300 ? floor : null
}

/** What is wrong with a text that parseArea refuses. */
const wrongArea = (text: string): string => (isNegativeArea(text) ? t.faults.areaSign : t.faults.area)

export function roomRules(f: RoomFields): Record<RoomField, string | null> {
  const area = parseArea(f.area)
  const inner = parseArea(f.inner)
  return {
    building_id: f.building ? null : t.faults.building,
    name: f.name.trim() ? null : t.faults.name,
    floor: parseFloor(f.floor) === null ? t.faults.floor : null,
    area: area === null ? wrongArea(f.area) : null,
    inner_area: inner === null ? wrongArea(f.inner) : area && inner > area ? t.faults.inner : null,
  }
}

export function roomBody(f: RoomFields) {
  return {
    name: f.name.trim(), floor: parseFloor(f.floor) ?? 0, layout: f.layout.trim(), kind: f.kind, state: f.state,
    area: parseArea(f.area) ?? 0, inner_area: parseArea(f.inner) ?? 0, handover: f.handover,
  }
}

/** `33.33` % → 3333 parts of 10,000; empty is 0. Null outside of 0 to 100 %. */
export function parseShare(text: string): number | null {
  const share = parseArea(text.replace(/[%％]$/, ''))
  return share !== null && share <= 10_000 ? share : null
}
