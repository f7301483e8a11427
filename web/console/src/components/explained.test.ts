import { expect, it } from 'vitest'
import { explained } from './explained'

it.each<[string, string[], string, string[]]>([
  ['a product', ['118.42 ㎡ × 2.35 元/㎡·月', '= 278.287 元，四舍五入到分 278.29 元', '单价自 2026-11-01 起执行'], '118.42 ㎡ × 2.35 元/㎡·月 = 278.287 元，四舍五入到分 278.29 元', ['单价自 2026-11-01 起执行']],
  ['one reading', ['表 A1：54.5 → 60.7，用量 6.2', '本月用量 6.2 立方米', '6.2 × 3.45 元', '合计 = 21.39 元'], '表 A1：54.5 → 60.7，本月用量 6.2 立方米', ['6.2 × 3.45 元', '合计 = 21.39 元']],
  ['two readings', ['表 A1：54.5 → 60.7，用量 6.2', '表 A2：0 → 1，用量 1', '本月用量 7.2 立方米'], '表 A1：54.5 → 60.7，用量 6.2；表 A2：0 → 1，用量 1，本月用量 7.2 立方米', []],
  ['nothing', [], '', []],
])('%s', (_, lines, formula, notes) => expect(explained(lines)).toEqual({ formula, notes }))
