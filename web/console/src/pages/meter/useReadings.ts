import { useQueryClient } from '@tanstack/vue-query'
import { reactive, type Ref } from 'vue'
import { asApiError } from '@/api/errors'
import { newKey } from '@/composables/useIntent'
import { useProject } from '@/composables/useProject'
import { parseQuantity } from '@/lib/quantity'
import { meterTexts as t } from '@/texts/meter'
import { recordReading, type Reading, type SheetRow } from './calls'

/** What was typed for one meter and what came of it. */
interface Entry { typed: string; fault: string; lower: boolean; busy: boolean; saved: Reading | null; key: string }

/**
 * The readings as they are typed, one per meter: each is saved by itself, with one key per value, so that pressing Enter
 * twice or a broken line records it once.
 */
export function useReadings(month: Ref<string>, date: Ref<string>) {
  const project = useProject()
  const queries = useQueryClient()
  const entries = reactive(new Map<string, Entry>())

  function entry(row: SheetRow): Entry {
    const at = `${month.value}/${row.meter.id}`
    const known = entries.get(at)
    if (known) return known
    entries.set(at, { typed: row.reading ? String(row.reading.value / 10_000) : '', fault: '', lower: false, busy: false, saved: null, key: newKey() })
    return entries.get(at) as Entry
  }
  const current = (row: SheetRow): Reading | null => entry(row).saved ?? row.reading ?? null
  const locked = (row: SheetRow): boolean => current(row)?.billed ?? false

  /** Saves what was typed; true when there is nothing left to do in this row. `rolled`: somebody says that the dial went through zero. */
  async function save(row: SheetRow, rolled = false): Promise<boolean> {
    const e = entry(row)
    if (e.typed.trim() === '' || locked(row)) return true
    const value = parseQuantity(e.typed)
    if (value === null) {
      e.fault = t.numberFault
      return false
    }
    const now = current(row)
    if (now?.value === value) return true
    if (e.busy) return false
    e.busy = true
    // What was said stays until the answer: leaving the field asks again, and what stands below must not jump away from under a click.
    try {
      const body = { meter_id: row.meter.id, month: month.value, date: date.value, value, correct: now !== null, rolled }
      e.saved = await recordReading(project.value, body, e.key)
      e.key = newKey()
      e.fault = ''
      e.lower = false
      void queries.invalidateQueries({ queryKey: [project.value, 'meter'] })
      return true
    } catch (thrown) {
      const refused = asApiError(thrown)
      if (!refused) throw thrown
      if (refused.definite) e.key = newKey()
      e.fault = refused.errors[0]?.message || refused.detail
      e.lower = refused.code === 'reading_decreased'
      return false
    } finally {
      e.busy = false
    }
  }
  /** Forgets what is known of a meter's reading, after it was decided elsewhere. */
  function forget(row: SheetRow): void {
    entries.delete(`${month.value}/${row.meter.id}`)
  }
  return { entry, current, locked, save, forget }
}
