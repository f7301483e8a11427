import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api } from '@/api/api'
import { must } from '@/api/client'
import type { Right } from './types'

/** The roles of the company and what the permissions are called, group by group. */
export function useRoles() {
  const roles = useQuery({ queryKey: ['company', 'roles'], queryFn: () => must(api.GET('/api/v1/roles')), staleTime: 60_000 })
  const rights = useQuery({ queryKey: ['company', 'rights'], queryFn: () => must(api.GET('/api/v1/rights')), staleTime: 600_000 })
  const groups = computed(() => groupRights(rights.data.value?.items ?? []))
  const rightName = (permission: string) => rights.data.value?.items.find((r) => r.permission === permission)?.name ?? permission
  return { roles, rights, groups, rightName }
}

/** Rights under their headings, both in the order they come in. */
export function groupRights(rights: Right[]): { group: string; rights: Right[] }[] {
  const out: { group: string; rights: Right[] }[] = []
  for (const right of rights) {
    const last = out.find((g) => g.group === right.group)
    if (last) last.rights.push(right)
    else out.push({ group: right.group, rights: [right] })
  }
  return out
}

/** What a chosen right needs besides, so that its pages open, and is not chosen. */
export const lacks = (right: Right, chosen: readonly string[]): string[] => (chosen.includes(right.permission) ? right.needs.filter((p) => !chosen.includes(p)) : [])
