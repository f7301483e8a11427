import { formatCount, formatYuan } from '@/lib/money'

/** Words of an assignment by rule, its preview, and of what a room will owe next. */
export const ruleTexts = {
  hint: '写了的条件都要满足，不写的不限',
  any: '不限',
  buildingKind: '楼栋类型',
  building: '楼栋',
  kind: '房屋类型',
  state: '房屋状态',
  states: { unsold: '未售', undelivered: '未交付', vacant: '空置', renovating: '装修', self: '自住', rented: '出租' },
  tag: '标签',
  tagHint: '房屋有它，或现住的人有它',
  floors: '楼层',
  floorFrom: '从几层',
  floorTo: '到几层',
  area: '建筑面积 ㎡',
  areaFrom: '从多少平方米',
  areaTo: '到多少平方米',
  included: '两头都含；没登记的不算在内',
  faults: {
    empty: '至少写一个条件',
    floor: '楼层应为 -20 到 300 的整数，0 不用',
    floors: '不能低于起始楼层',
    area: '面积应为数字，最多两位小数，例如 89.50',
    areaSign: '面积要大于 0，例如 89.50',
    areas: '不能小于起始面积',
  },
  label: '符合条件的房屋',
}

export const quantityTexts = {
  label: '每户数量',
  hint: '范围里每一户都按这个数量收，不同的户另加一条',
  fault: '数量要大于 0，最多四位小数，例如 2 或 1.5',
  text: (n: string) => `每户 ${n} 个`,
}

export const previewTexts = {
  look: '看命中多少户',
  hits: (rooms: number, total: number) => `命中 ${formatCount(rooms)} 户，全项目 ${formatCount(total)} 户`,
  gained: (n: number, day: string) => `${formatCount(n)} 户从 ${day} 起开始收`,
  lost: (n: number, day: string) => `${formatCount(n)} 户从 ${day} 起不再收`,
  same: '没有一户因此改变收或不收',
  first: (labels: string[], rooms: number) => `${labels.join('、')}${rooms > labels.length ? ' 等' : ''}`,
  none: '一户也没有命中，请看条件是否写对、房屋资料是否登记',
  reads: '命中的户数',
}

export const nextTexts = {
  title: '下期应收',
  room: '换一间房看',
  roomHint: '输入房号，例如 3-2-1502',
  period: (first: string, last: string) => (first === last ? first : `${first} 至 ${last}`),
  total: (label: string, fen: number) => `${label} 下期应收 ${formatYuan(fen)}`,
  hint: '按今天的单价、面积、人数和收费范围算，出账时才定',
  reads: '下期应收',
}
