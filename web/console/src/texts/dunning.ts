import { formatFen } from '@/lib/money'

/** Words of 催缴. */
export const dunningTexts = {
  title: '催缴',
  group: '收费',
  setting: '催缴设置',
  issue: { remind: '出提醒单', demand: '出催告函' },
  facts: '过了应缴日还没缴清的房屋，勾选后出催缴单',
  columns: { room: '房屋', payer: '缴费人', principal: '逾期本金', late: '违约金', days: '最久逾期', letters: '催缴单', last: '最近一次', clock: '诉讼时效到' },
  days: (n: number) => `${n} 天`,
  letters: (n: number) => (n ? `${n} 张` : '没有出过'),
  promised: (date: string, fen: number) => `答应 ${date} 缴${fen ? ` ${formatFen(fen)}` : ''}`,
  broken: '没有兑现',
  none: '没有联系过',
  reads: '欠费的房屋',
  empty: '没有逾期的费用',
  emptyText: '过了应缴日还没缴清的房屋会列在这里，可以选中后出催缴单。',
  issued: (numbers: string[]) => `出了 ${numbers.length} 张催缴单，编号 ${numbers[0]}${numbers.length > 1 ? ` 至 ${numbers.at(-1)}` : ''}，已交给浏览器打印`,
  save: '保存',
  cancel: '取消',
  deadline: '出单后几天内缴清',
  deadlineHint: '3–90 天',
  contact: '联系人和电话',
  objection: '对金额有疑问怎么办',
  account: '收款银行账户',
  extra: '另加一段话',
  lawful: '催缴不能牵连门禁、电梯、车辆进出，也不能停水停电停气（民法典第九百四十四条），写了会被退回。',
}
