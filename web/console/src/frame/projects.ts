/** The projects whose name has every word that was typed, names that begin with it first; the order stays otherwise. */
export function findProjects<P extends { name: string }>(projects: readonly P[], query: string): P[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const first = words[0]
  if (!first) return [...projects]
  const hits = projects.filter((p) => words.every((w) => p.name.toLowerCase().includes(w)))
  const begins = (p: P) => (p.name.toLowerCase().startsWith(first) ? 0 : 1)
  return hits.sort((a, b) => begins(a) - begins(b))
}
