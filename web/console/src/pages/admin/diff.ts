/** One place of a record before and after; null where it was not there. */
export interface DiffLine { path: string; before: string | null; after: string | null; changed: boolean }

function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (Array.isArray(value)) {
    if (value.length === 0) into.set(path, '')
    value.forEach((v, n) => flatten(v, path ? `${path}.${n + 1}` : String(n + 1), into))
  } else if (value !== null && typeof value === 'object') {
    for (const [key, v] of Object.entries(value)) flatten(v, path ? `${path}.${key}` : key, into)
  } else if (value !== null && value !== undefined) {
    into.set(path, typeof value === 'boolean' ? (value ? 'true' : 'false') : String(value))
  }
}

/** Lists are compared as sets: what stands in both comes first on both sides, so that one new role is one new line. */
function align(before: unknown, after: unknown): [unknown, unknown] {
  if (Array.isArray(before) && Array.isArray(after)) {
    const key = (v: unknown) => JSON.stringify(v)
    const old = new Set(before.map(key))
    const now = new Set(after.map(key))
    const common = after.filter((v) => old.has(key(v)))
    return [[...common, ...before.filter((v) => !now.has(key(v)))], [...common, ...after.filter((v) => !old.has(key(v)))]]
  }
  if (before && after && typeof before === 'object' && typeof after === 'object') {
    const a = { ...(before as Record<string, unknown>) }
    const b = { ...(after as Record<string, unknown>) }
    for (const name of Object.keys(b)) if (name in a) [a[name], b[name]] = align(a[name], b[name])
    return [a, b]
  }
  return [before, after]
}

/** Every place of two records, in the order of the later one, what is gone at the end. */
export function diff(before: unknown, after: unknown): DiffLine[] {
  const old = new Map<string, string>()
  const now = new Map<string, string>()
  const [a, b] = align(before, after)
  flatten(a, '', old)
  flatten(b, '', now)
  const both = before !== undefined && after !== undefined
  return [...new Set([...now.keys(), ...old.keys()])].map((path) => {
    const line = { path, before: old.get(path) ?? null, after: now.get(path) ?? null }
    return { ...line, changed: both && line.before !== line.after }
  })
}

/** `grants.2.role` → `角色 2 · 角色`: every part by its name when it has one, numbers as they are. */
export function pathWords(path: string, names: Record<string, string>): string {
  return path.split('.').reduce((text, part) => {
    const word = names[part.toLowerCase().replace(/_/g, '')] ?? names[part] ?? part
    return text === '' ? word : /^\d+$/.test(part) ? `${text} ${part}` : `${text} · ${word}`
  }, '')
}
