import type { SearchHit, SearchSource } from '@/stores/frame'
import { householdPage as t } from '@/texts/household'
import { searchHouseholds } from './api'

/** What the search box of the frame finds: households, each leading to its page. */
export const findHouseholds: SearchSource = async (query, project, signal) => {
  const { items } = await searchHouseholds(project, query, 10, signal)
  return items.map((hit): SearchHit => ({
    id: `${hit.person_id}:${hit.room_id}`,
    title: hit.label || hit.name,
    facts: [hit.label ? hit.name : t.noRoom, t.part[hit.part], hit.phone_mask].filter(Boolean).join(' · '),
    icon: hit.room_id ? 'people' : 'person',
    to: hit.room_id ? { name: 'household', params: { project, room: hit.room_id } } : { name: 'households', params: { project }, query: { q: hit.name } },
  }))
}
