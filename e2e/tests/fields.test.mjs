// Fields of a project's own making: made, filled in on the record, found again by what they say.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assertAccessible, openBrowser, shot } from '../lib/browser.mjs'
import { startLinli } from '../lib/linli.mjs'
import * as seed from '../lib/seed.mjs'

let linli, browser, boss, project

before(async () => {
  linli = await startLinli()
  browser = await openBrowser()
  boss = await seed.company(linli.origin)
  project = await seed.project(boss, '翠湖花园')
  await seed.rooms(boss, project, [
    { building: '1', room: '101', area: 89.3, owner: '陈建国', phone: '13805715678' },
    { building: '1', room: '102', area: 76.5, owner: '王秀英', phone: '13905711234' },
  ])
})
after(async () => {
  await browser?.close()
  await linli?.stop()
})

async function open(path) {
  const p = await seed.pageOf(browser, linli.origin, boss)
  await p.page.goto(`/p/${project}${path}`)
  return p
}

test('[P8] fields of own making for people: made without code, filled in on the record, found by what they say', async () => {
  const p = await open('/fields')
  await p.page.getByText('还没有自定义字段').waitFor()
  for (const f of [{ name: '紧急联系人', type: '文字', required: true }, { name: '宠物', type: '选项', choices: '没有\n猫\n狗' }]) {
    await p.page.getByRole('button', { name: '新建字段' }).first().click()
    const form = p.page.getByRole('dialog', { name: '新建自定义字段' })
    await form.getByLabel('名称').fill(f.name)
    await form.getByRole('radio', { name: f.type }).click()
    if (f.choices) await form.getByLabel('选项', { exact: true }).last().fill(f.choices)
    if (f.required) await form.getByText('必填', { exact: true }).click()
    await form.getByRole('button', { name: `新建“${f.name}”` }).click()
    await form.waitFor({ state: 'hidden' })
  }
  await p.page.getByRole('row', { name: /宠物.*住户.*选项.*没有、猫、狗.*在用/ }).waitFor()
  await p.page.getByRole('row', { name: /紧急联系人.*文字.*必填/ }).waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'fields', { keep: 'guide/pages/fields' })

  await p.page.goto(`/p/${project}/people`)
  await p.page.getByRole('button', { name: '陈建国', exact: true }).click()
  const own = p.page.getByRole('region', { name: '其他资料' })
  await own.getByLabel('宠物').selectOption({ label: '猫' })
  await own.getByRole('button', { name: '保存其他资料' }).click()
  await own.getByText('必须填写').waitFor()
  await own.getByLabel('紧急联系人').fill('陈小明 13700001111')
  await own.getByRole('button', { name: '保存其他资料' }).click()
  await own.getByText('已保存').waitFor()
  await p.page.getByText('修改 陈建国 的其他资料').waitFor()
  await assertAccessible(p.page)
  await shot(p.page, 'field-values')
  await p.page.keyboard.press('Escape')
  await p.page.getByRole('button', { name: '王秀英', exact: true }).waitFor()
  await p.page.getByRole('combobox', { name: '其他资料' }).selectOption({ label: '宠物' })
  await p.page.getByLabel('宠物是').selectOption({ label: '猫' })
  await p.page.getByRole('button', { name: '王秀英', exact: true }).waitFor({ state: 'detached' })
  await p.page.getByRole('button', { name: '陈建国', exact: true }).waitFor()
  await p.close()
})

test('[P8] fields of rooms: a number is kept in order and found however it is typed', async () => {
  const at = `/projects/${project}`
  const field = (await boss.post(`${at}/fields`, { kind: 'room', name: '阳台面积', type: 'number' })).body
  const p = await open('/rooms')
  await p.page.getByRole('button', { name: '1栋1单元101', exact: true }).click()
  const own = p.page.getByRole('region', { name: '其他资料' })
  await own.getByLabel('阳台面积').fill('６.50')
  await own.getByRole('button', { name: '保存其他资料' }).click()
  await own.getByText('已保存').waitFor()
  await p.page.keyboard.press('Escape')
  await p.page.getByRole('combobox', { name: '其他资料' }).selectOption({ label: '阳台面积' })
  await p.page.getByRole('searchbox', { name: '阳台面积是' }).fill('6.5')
  await p.page.getByRole('button', { name: '1栋1单元102', exact: true }).waitFor({ state: 'detached' })
  await p.page.getByRole('button', { name: '1栋1单元101', exact: true }).waitFor()
  await p.close()
  const found = (await boss.get(`${at}/rooms?field_id=${field.id}&field_value=6.500`)).body.items
  assert.deepEqual(found.map((r) => r.label), ['1栋1单元101'])
})
