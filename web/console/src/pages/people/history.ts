import { areaText } from '@/lib/area'
import { occupantTexts, personTexts, roomTexts } from '@/texts/estate'
import { correctionTexts } from '@/texts/corrections'
import { historyTexts as t } from '@/texts/people'
import { differences, type TagKind } from './tags'

export interface Change { key: string; name: string; before: string; after: string }

const NONE = '–'
const words = (...lists: Record<string, string>[]) => (value: string) => lists.map((l) => l[value]).find(Boolean) ?? value
const area = (value: string) => (Number(value) ? `${areaText(Number(value))} ㎡` : NONE)
/** How the stored values of a field are said; the others are said as they are. */
const values: Record<string, (value: string) => string> = {
  Kind: words(roomTexts.kinds, personTexts.kinds), State: words(roomTexts.states), Gender: words(correctionTexts.genders), Part: words(occupantTexts.parts),
  Area: area, InnerArea: area, Floor: (v) => (v === '0' ? NONE : v), Share: (v) => (Number(v) ? `${areaText(Number(v))}%` : NONE),
}

/** What a change did to a record, field by field, in the words of the page. */
export function changesOf(kind: TagKind, before: string, after: string): Change[] {
  return differences(before, after).flatMap(({ key, before: old, after: now }) => {
    const name = kind === 'room' && key === 'Name' ? t.roomName : t.fields[key]
    const say = (value: string) => (value === NONE ? NONE : (values[key]?.(value) ?? value))
    // Who pays for a room stands there by number; the line of the person says it in words.
    if (key === 'Payer' && ![old, now].every((v) => [NONE, '是', '否'].includes(v))) return []
    return name && say(old) !== say(now) ? [{ key, name, before: say(old), after: say(now) }] : []
  })
}
