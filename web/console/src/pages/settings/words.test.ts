import { expect, it } from 'vitest'
import { linesOf, wordsFault } from './words'

it('reads one word from each line', () => expect(linesOf(' 三室  两厅 \n\n开间\n')).toEqual(['三室 两厅', '开间']))

it.each<[string[], string | null]>([
  [['三室两厅', '开间'], null], [[], null],
  [['开间', '复式', '开间'], '“开间”写了两次'], [['长'.repeat(21)], `“${'长'.repeat(21)}”太长，最多 20 个字`],
  [Array.from({ length: 31 }, (_, n) => `户型 ${n}`), '最多 30 个词'],
])('%j', (words, fault) => expect(wordsFault(words)).toBe(fault))
