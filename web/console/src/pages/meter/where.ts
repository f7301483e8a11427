/** Who bears a cost: a building, one unit of it, or nobody named: the whole project. */
export interface Where { building_id?: string; unit_id?: string }
interface Named { id: string; name: string }

/** What is sent of the two choices: a unit only with its building. */
export function whereOf(building: string, unit: string): Where {
  if (!building) return {}
  return unit ? { building_id: building, unit_id: unit } : { building_id: building }
}

/** `3栋2单元`; what was not found is left out, the whole project has a name of its own. */
export function placeName(where: Where, buildings: Named[], units: Named[], whole: string): string {
  if (!where.building_id) return whole
  const of = (list: Named[], id: string | undefined) => list.find((x) => x.id === id)?.name ?? ''
  return of(buildings, where.building_id) + of(units, where.unit_id)
}
