import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import type { IconName } from '@/components/icons'

/** One thing the search box found. */
export interface SearchHit { id: string; title: string; facts?: string; icon?: IconName; to: RouteLocationRaw }
/** Asks the server; the signal is aborted when the user types on. */
export type SearchSource = (query: string, project: string, signal: AbortSignal) => Promise<SearchHit[]>

/** What pages and areas tell the frame: counts in the menu, and where the search box looks. */
export const useFrame = defineStore('frame', () => {
  const badges = ref<Record<string, number>>({})
  const search = shallowRef<SearchSource | null>(null)
  function setBadge(key: string, count: number): void {
    badges.value = { ...badges.value, [key]: count }
  }
  function setSearch(source: SearchSource | null): void {
    search.value = source
  }
  return { badges, search, setBadge, setSearch }
})
