import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import RoomGrid from './RoomGrid.vue'
import RoomLegend from './RoomLegend.vue'
import { planOf, stepOn, type RoomCell, type RoomUnit } from './roomGrid'

const room = (unit: number, floor: number, seat: number, extra: Partial<RoomCell> = {}): RoomCell => ({
  id: `${unit}-${floor}${seat}`, number: `${floor}0${seat}`, floor, stay: 'self', money: 'paid', name: `3栋${unit}单元${floor}0${seat}`, ...extra,
})
const units: RoomUnit[] = [
  { id: 'u1', title: '1 单元', rooms: [room(1, 2, 1), room(1, 2, 2), room(1, 1, 1)] },
  { id: 'u2', title: '2 单元', rooms: [room(2, 2, 1, { money: 'overdue', word: '欠2月', stay: 'rent' }), room(2, 1, 1)] },
]

describe('the plan', () => {
  it('puts the top floor first and keeps the place of a missing room', () => {
    const plan = planOf(units)
    expect(plan.floors).toEqual([2, 1])
    expect(plan.widths).toEqual([2, 1])
    expect(plan.cells[1]!.map((c) => c?.id)).toEqual(['1-11', undefined, '2-11'])
  })
  it('leaves no room out where the last two digits do not tell rooms apart', () => {
    const shop = (n: number, floor = 1): RoomCell => ({ ...room(1, floor, 1), id: `s${floor}-${n}`, number: `商铺${n}` })
    const many: RoomUnit[] = [{ id: '', title: '', rooms: [...Array.from({ length: 30 }, (_, n) => shop(n)), shop(1, 0), shop(2, -1)] }]
    const plan = planOf(many)
    expect(plan.floors).toEqual([1, 1, 1, 1, -1, 0])
    expect(plan.widths).toEqual([8])
    expect(plan.cells.flat().filter(Boolean)).toHaveLength(32)
    const twins = planOf([{ id: 'u', title: '', rooms: [{ ...room(1, 1, 1), number: '1101' }, { ...room(1, 1, 2), number: '101' }] }])
    expect(twins.cells.flat().filter(Boolean)).toHaveLength(2)
  })
  it('lets arrows cross units and pass over gaps', () => {
    const { cells } = planOf(units)
    expect(stepOn(cells, '1-22', 'ArrowRight')).toBe('2-21')
    expect(stepOn(cells, '1-11', 'ArrowRight')).toBe('2-11')
    expect(stepOn(cells, '1-22', 'ArrowDown')).toBeNull()
    expect(stepOn(cells, '2-11', 'ArrowUp')).toBe('2-21')
    expect(stepOn(cells, '2-11', 'x')).toBeNull()
  })
})

it('opens the card of the focused room and says everything in words', async () => {
  const w = mount(RoomGrid, { props: { units }, slots: { card: '<template #card="{ room }">{{ room.name }}</template>' }, attachTo: document.body })
  const button = w.get('[data-room="2-21"]')
  expect(button.get('.vh').text()).toBe('3栋2单元201，出租，欠2月')
  expect(w.findAll('button[tabindex="0"]')).toHaveLength(1)
  ;(button.element as HTMLElement).focus()
  await nextTick()
  expect(w.get('.pop').text()).toBe('3栋2单元201')
  await button.trigger('keydown', { key: 'Escape' })
  expect(w.find('.pop').exists()).toBe(false)
  await button.trigger('click')
  expect((w.emitted('open')?.[0]?.[0] as RoomCell).id).toBe('2-21')
  w.unmount()
})

it('RoomLegend chooses its rooms, and once more all', async () => {
  const w = mount(RoomLegend, { props: { units, pick: '', sums: { overdue: 123450 }, 'onUpdate:pick': (pick: string) => w.setProps({ pick }) } })
  const late = () => w.findAll('button').find((b) => b.text().includes('欠费'))!
  expect(late().text()).toContain('1,234.50')
  await late().trigger('click')
  expect(late().attributes('aria-pressed')).toBe('true')
  expect(w.props('pick')).toBe('overdue')
  await late().trigger('click')
  expect(w.props('pick')).toBe('')
})

it('RoomLegend leaves money out where it is not shown', () => {
  const bare = units.map((u) => ({ ...u, rooms: u.rooms.map(({ money: _, ...r }) => r) }))
  expect(mount(RoomLegend, { props: { units: bare } }).text()).not.toContain('费用状态')
})

it('RoomLegend counts both ways to the same sum', () => {
  const text = mount(RoomLegend, { props: { units } }).findAll('li').map((li) => li.text())
  expect(text).toContain('租出租1')
  expect(text.filter((line) => line === '合计5')).toHaveLength(2)
})
