import { describe, expect, it } from 'vitest'
import { titleBody, titleDraft, titleRules } from './title'

const company = { id: '1', name: '杭州某某贸易有限公司', company: true, tax_no: '91330100799655058B', address: '西湖区 1 号', phone: '0571-1', bank: '', account: '', preferred: true, version: 3 }

describe('a title 抬头', () => {
  it('goes out as it came in', () => {
    expect(titleBody(titleDraft(company))).toEqual({ name: company.name, company: true, preferred: true, tax_no: company.tax_no, address: '西湖区 1 号', phone: '0571-1' })
    expect(titleBody(titleDraft(null, '陈建国'))).toEqual({ name: '陈建国', company: false })
  })
  it('of a person is nothing but a name', () => {
    expect(titleBody({ ...titleDraft(company), company: false })).toEqual({ name: company.name, company: false, preferred: true })
  })
  it('wants a name, and of a company 18 characters, however they are spaced', () => {
    const f = titleDraft(company)
    expect(titleRules(f)).toEqual({ 'title.name': null, 'title.tax_no': null })
    expect(titleRules({ ...f, name: ' ' })['title.name']).toBe('请填写名称')
    expect(titleRules({ ...f, tax_no: '9133 0100 7996 5505 8b' })['title.tax_no']).toBeNull()
    expect(titleRules({ ...f, tax_no: '913301' })['title.tax_no']).toBe('请填写 18 位识别号')
    expect(titleRules({ ...f, tax_no: '', company: false })['title.tax_no']).toBeNull()
  })
})
