import { expect, it } from 'vitest'
import { formulaFault } from './formulaFault'

it('points at the character the server names', () => {
  expect(formulaFault('面积*丹价', '第 4 个字符：不认识「丹价」')).toEqual({ before: '面积*', at: '丹', after: '价', position: 4, text: '不认识「丹价」' })
})
it('points behind the end when something is missing there', () => {
  expect(formulaFault('(楼层-5', '公式写得不对，第 6 个字符：少一个右括号')).toMatchObject({ before: '(楼层-5', at: '', after: '', position: 6 })
  expect(formulaFault('1+', '第 9 个字符：少一个数')).toMatchObject({ before: '1+', at: '', position: 3 })
})
it('counts characters, not code units', () => {
  expect(formulaFault('𠮷+1', '第 2 个字符：x')).toMatchObject({ before: '𠮷', at: '+', after: '1' })
})
it('leaves messages without a place alone', () => {
  expect(formulaFault('1', '不能用「数量」')).toBeNull()
  expect(formulaFault('1', undefined)).toBeNull()
})
