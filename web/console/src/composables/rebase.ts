/**
 * Brings a form to what its record says now: a field that stood as the record stood takes the new value, one that somebody has
 * changed keeps what was typed. Answers the new base.
 */
export function rebase<T extends object>(form: T, base: T, now: T): T {
  for (const key of Object.keys(now) as (keyof T)[]) if (form[key] === base[key]) form[key] = now[key]
  return now
}

/** Whether a form says anything else than its record. */
export const differs = <T extends object>(form: T, base: T): boolean => (Object.keys(base) as (keyof T)[]).some((key) => form[key] !== base[key])
