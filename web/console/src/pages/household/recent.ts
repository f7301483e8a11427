import { ref } from 'vue'

/** Rooms opened last in this browser, newest first. Only the room is kept: names and numbers of people never stay behind. */
export interface RecentRoom { id: string; label: string; at: number }

const KEEP = 12
const keyOf = (project: string) => `linli.recent.${project}`

function isRoom(x: unknown): x is RecentRoom {
  const r = x as Partial<RecentRoom> | null
  return typeof r?.id === 'string' && typeof r.label === 'string' && typeof r.at === 'number'
}
export function readRecent(project: string): RecentRoom[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(keyOf(project)) ?? '[]')
    return Array.isArray(list) ? list.filter(isRoom) : []
  } catch {
    return []
  }
}
function write(project: string, list: RecentRoom[]): void {
  try {
    localStorage.setItem(keyOf(project), JSON.stringify(list))
  } catch {
    // Without storage nothing is remembered.
  }
}
export function noteRecent(project: string, room: { id: string; label: string }, at: number): void {
  write(project, [{ ...room, at }, ...readRecent(project).filter((r) => r.id !== room.id)].slice(0, KEEP))
}
export function useRecent(project: string) {
  const rooms = ref(readRecent(project))
  function clear(): void {
    write(project, [])
    rooms.value = []
  }
  return { rooms, clear }
}
