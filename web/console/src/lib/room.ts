/** Room names: written 3栋2单元1502, typed 3-2-1502. */
import { toHalfWidth } from './money'

export interface RoomName { building: string; unit?: string | null; number: string }

/** `3栋2单元1502`; without a unit `6栋底商03`. A building that already has a word (A座, 东区) keeps it. */
export function formatRoom({ building, unit, number }: RoomName): string {
  const b = /^\d+$/.test(building) ? `${building}栋` : building
  if (!unit) return b + number
  return `${b}${/^[\dA-Za-z]+$/.test(unit) ? `${unit}单元` : unit}${number}`
}

/** `3-2-1502`, the short form for narrow places and for typing. */
export function shortRoom({ building, unit, number }: RoomName): string {
  return [building.replace(/[栋幢座]$/, ''), unit?.replace(/单元$/, ''), number].filter(Boolean).join('-')
}

/**
 * Reads `3-2-1502`, `3#2-1502`, `３－２－１５０２`, `3栋2单元1502室`, `3 2 1502` and `6-底商03`.
 * Returns null when the text is no room (a name, a phone number): the search then takes it as it is.
 */
export function parseRoom(text: string): RoomName | null {
  const s = toHalfWidth(text).trim().replace(/[室号房]$/, '')
  const words = /^(.+?)(?:栋|幢|座|号楼)(?:(.+?)(?:单元|门))?(.+)$/.exec(s)
  if (words?.[1] && words[3]) return named(words[1], words[2], words[3])
  const split = s.split(/[-－—–_/#\s]+/).filter(Boolean)
  if (split.length === 3) return named(split[0]!, split[1], split[2]!)
  if (split.length === 2 && /^\d{1,3}[A-Za-z]?$/.test(split[0]!)) return named(split[0]!, undefined, split[1]!)
  return null
}

function named(building: string, unit: string | undefined, number: string): RoomName | null {
  const fits = (part: string | undefined) => part === undefined || /^[\dA-Za-z\u4e00-\u9fff]{1,8}$/.test(part)
  if (!fits(building) || !fits(unit) || !fits(number) || !/\d/.test(building + number)) return null
  return unit === undefined ? { building, number } : { building, unit, number }
}
