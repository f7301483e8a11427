import { formatCount } from '@/lib/money'

const n = formatCount

export const exportTexts = {
  button: '导出',
  rows: (count: number) => `导出 ${n(count)} 条`,
  busy: '正在导出',
  done: (name: string) => `已导出 ${name}`,
  print: '打印',
  printTitle: '打印筛选出的全部行（P）',
  printing: '正在准备',
  allRows: (rows: number) => `共 ${n(rows)} 行`,
  cut: (rows: number) => `只打印前 ${n(rows)} 行，后面还有；要全部的请导出，或加上筛选条件分几次打印`,
  long: '超过 2,000 行，正在生成，',
  fetch: '到下载中心取',

  question: (what: string) => `导出${what}？`,
  which: '手机号和证件号',
  masked: '打码',
  clear: '完整',
  reason: '为什么要完整的号码',
  reasonHint: '会连同您的名字记入操作日志',
  reasonNeed: '请写明原因，至少 2 个字',
  maskedText: '号码只显示头尾，如 138****5678。',
  clearText: '文件里是完整的手机号和证件号，请妥善保管，用完删除。',
  go: (what: string) => `导出${what}`,

  title: '下载中心',
  facts: '只有您看得到自己导出的文件，24 小时后自动删除',
  what: '导出的文件',
  columns: { name: '文件', at: '导出时间', rows: '行数', size: '大小', state: '状态', expires: '保留到' },
  states: { waiting: '生成中', ready: '可下载', failed: '没能生成', expired: '已过期' } as Record<string, string>,
  clearTag: '完整号码',
  download: '下载',
  notYours: (name: string) => `取不到 ${name}：它不是用现在登录的账号导出的，或已到期删除。需要的话请重新导出。`,
  making: (rows: number) => (rows > 0 ? `已写 ${n(rows)} 行` : '排队中'),
  none: '还没有导出过',
  noneText: '在各个列表页点导出，较长的会在这里生成。',
  whole: '整个项目',
  wholeButton: '导出整个项目',
  wholeText: '房屋、住户、费用、收据、日志等全部数据打成一个压缩包：给人看的表格，给程序读的数据，和一份逐表的校验清单。',
}

/** Bytes in words. */
export function sizeWords(bytes: number): string {
  if (bytes >= 1 << 20) return `${(bytes / (1 << 20)).toFixed(1)} MB`
  return bytes > 0 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : '–'
}
