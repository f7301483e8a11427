export { usePaper } from '@/composables/usePaper'
