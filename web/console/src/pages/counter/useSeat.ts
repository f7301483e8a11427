import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { readSeat } from './api'

/**
 * The household at the counter. It is read when it is called up and when the clerk asks again, never behind the clerk's back:
 * what is sent as expected must be what the screen showed.
 */
export function useSeat(project: Ref<string>, room: Ref<string>) {
  return useQuery({
    queryKey: computed(() => [project.value, 'seat', room.value]),
    queryFn: () => readSeat(project.value, room.value),
    enabled: computed(() => room.value !== ''),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
}
