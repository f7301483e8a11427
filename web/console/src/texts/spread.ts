import { formatCount, formatFen } from '@/lib/money'

/** Words of a run by building and of what stands out. */
export const spreadTexts = {
  by: '怎么合计',
  item: '按费用项目',
  building: '按楼栋',
  columns: { building: '楼栋', rooms: '户数', amount: '本次' },
  total: '合计',
  rooms: (n: number) => formatCount(n),
  outliers: (n: number) => `明显偏大偏小的 ${formatCount(n)} 条`,
  outlierHint: '多到同一费用中位数的三倍以上，或不到三分之一',
  outlier: (label: string, item: string, amount: number, median: number) => `${label} ${item} ${formatFen(amount)}，中位数 ${formatFen(median)}`,
  none: '没有明显偏大偏小的',
  reads: '按楼栋的合计',
}
