import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import type { IconName } from '@/components/icons'

/** One thing the search box found. */
export interface SearchHit { id: string; title: string; facts?: string; icon?: IconName; to: RouteLocationRaw }
/** Asks the server; the signal is aborted when the user types on. */
export type SearchSource = (query: string, project: string, signal: AbortSignal) => Promise<SearchHit[]>

/** What stands in the frame beside the page: how much waits for this user behind each entry of the menu, and where the search box looks. */
export const useFrame = defineStore('frame', () => {
  /** By the name of the menu's route: a number, with a plus when there are more. */
  const badges = ref<Record<string, string>>({})
  const search = shallowRef<SearchSource | null>(null)
  function setBadges(counts: Record<string, string>): void {
    badges.value = counts
  }
  function setSearch(source: SearchSource | null): void {
    search.value = source
  }
  return { badges, search, setBadges, setSearch }
})
