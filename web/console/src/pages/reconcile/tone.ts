import type { Tone } from '@/components/tone'
import type { Statement } from './api'

export const stateTone: Record<Statement['state'], Tone> = { even: 'paid', odd: 'overdue', waiting: 'due', running: 'info' }
