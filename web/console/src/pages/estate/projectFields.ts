import { areaText, isNegativeArea, parseArea } from '@/lib/area'
import { projectTexts as t } from '@/texts/estate'
import type { Project } from './types'

export interface ProjectFields { name: string; kind: Project['kind']; address: string; land: string; built: string; state: Project['state'] }

export function projectFields(p: Project | null): ProjectFields {
  return { name: p?.name ?? '', kind: p?.kind ?? 'residential', address: p?.address ?? '', land: areaText(p?.land_area), built: areaText(p?.built_area), state: p?.state ?? 'active' }
}
export function projectRules(f: ProjectFields): Record<'name' | 'land_area' | 'built_area', string | null> {
  return {
    name: f.name.trim() ? null : t.faults.name,
    land_area: parseArea(f.land) === null ? isNegativeArea(f.land) ? t.faults.areaSign : t.faults.area : null,
    built_area: parseArea(f.built) === null ? isNegativeArea(f.built) ? t.faults.areaSign : t.faults.area : null,
  }
}
export function projectBody(f: ProjectFields) {
  return { name: f.name.trim(), kind: f.kind, address: f.address.trim(), land_area: parseArea(f.land) ?? 0, built_area: parseArea(f.built) ?? 0 }
}
