import { formatFen, formatYuan } from '@/lib/money'

export const matrixTexts = {
  all: '全部欠费',
  fee: '费用',
  subtotal: '小计',
  picked: (n: number) => `已选 ${n.toLocaleString('en-US')} 项`,
  rest: (total: number, open: number) => `全部欠费 ${formatYuan(total)}，未选 ${formatYuan(open)}`,
  restNone: (total: number) => `全部欠费 ${formatYuan(total)}`,
  cellName: (group: string, row: string, column: string, fen: number) => `${group} ${row} ${column} ${formatFen(fen)} 元`,
  groupName: (group: string) => `${group} 全部费用`,
  rowName: (group: string, row: string) => `${group} ${row} 全部月份`,
  columnName: (column: string) => `${column} 全部费用`,
  label: '欠费明细',
}

export const tableTexts = {
  selectAll: '选中本页',
  selectRow: (name: string) => `选中 ${name}`,
  picked: (n: number) => `已选 ${n.toLocaleString('en-US')} 条`,
  pickAll: (n: number) => `选中全部 ${n.toLocaleString('en-US')} 条`,
  sum: (n: number) => `合计 ${n.toLocaleString('en-US')} 条`,
  more: '更多',
  cancel: '取消',
  actions: '操作',
  count: (n: number, capped: boolean, unit = '条') => (capped ? `${n.toLocaleString('en-US')} ${unit}以上` : `共 ${n.toLocaleString('en-US')} ${unit}`),
  onlyPage: (page: number, total: number | null) => `这里只有第 ${page} 页${total === null ? '' : `，全部 ${total.toLocaleString('en-US')} 条`}；要打印整个列表，请点页面上的打印`,
  pageSize: (n: number) => `每页 ${n} 条`,
  pageSizeLabel: '每页条数',
  pages: '翻页',
  previous: '上一页',
  next: '下一页',
  pageNumber: (n: number) => `第 ${n} 页`,
  move: '上下行',
  pick: '选中',
  open: '打开',
  sortBy: (title: string) => `按${title}排序`,
}

export const stateTexts = {
  retry: '重试',
  copyReference: (reference: string) => `复制错误编号 ${reference}`,
  copied: '已复制',
  loading: '正在读取',
  loadFailed: (what: string) => `没能读出${what}`,
  pending: '正在确认',
}

export const reasonTexts = {
  label: '原因',
  required: '请写明原因，会记入操作日志',
  tooShort: (n: number) => `原因至少 ${n} 个字`,
  cancel: '先不办',
  irreversible: '办理后不能撤回',
}

export const causeTexts = {
  cause: '原因',
  count: '条数',
  bar: '增减',
  amount: '金额',
  adds: (n: number) => `${n} 个原因加总等于差额`,
  off: (fen: number) => `原因加总与差额相差 ${formatFen(Math.abs(fen))} 元，请退回重算`,
  sum: '与上月差额合计',
}

export const roomTexts = {
  grid: '房态图',
  legendStay: '居住状态',
  legendMoney: '费用状态',
  sum: '合计',
  stay: { self: '自住', rent: '出租', empty: '空置', fitting: '装修', undelivered: '未交付', unsold: '未售' },
  floor: (n: number) => (n === 0 ? '–' : n < 0 ? `B${-n}` : `${n}F`),
  glyph: { self: '住', rent: '租', empty: '空', fitting: '装', undelivered: '未', unsold: '售' },
  money: { paid: '已缴清', due: '待缴，未到期', overdue: '欠费，标逾期月数', none: '未交付，由开发商缴' },
  paidMark: '✓',
}

export const householdTexts = {
  prepaid: '预存余额',
  record: '住户档案',
  reveal: '显示手机号',
  ageing: '欠费账龄',
  households: (n: number) => `${n.toLocaleString('en-US')} 户`,
}

export const formTexts = {
  optional: '选填',
  showPassword: '显示密码',
  hidePassword: '隐藏密码',
}

export const dateTexts = { date: '选日期', month: '选月份' }

export const drawerTexts = {
  cancel: '取消',
  close: '关闭',
  unsaved: '填写的内容还没有保存，关闭后要重新填。',
  drop: '不保存，关闭',
  stay: '继续填写',
  retryLater: '没有等到服务器的答复，可能已经做了。可以再点一次，不会重复。',
  stale: '内容刚被别人改过，请关闭后重新打开再改',
}
