import { formatYuan } from '@/lib/money'

/** Words of the reconciliation of card terminals (刷卡对账), a source of the page 对账. */
export const cardTexts = {
  title: '对账',
  group: '账务',
  reads: '刷卡对账',
  sources: { online: '线上渠道', card: '刷卡' },
  source: '对哪里的账',
  intro: '导入收单机构（银行、银联商务等）的交易明细，和收银台的刷卡收据逐笔核对：先对参考号，再对终端号、凭证号和金额。对上的不用看，只处理有差异的。',
  upload: '导入刷卡对账文件',
  uploading: '正在导入…',
  done: (n: { new: number; known: number; other: number; open: number; from: string; until: string }) =>
    `${n.from === n.until ? n.from : `${n.from} 至 ${n.until}`}：新增 ${n.new} 笔${n.known ? `；${n.known} 笔以前导入过` : ''}${n.other ? `；${n.other} 行不是消费、撤销、退货` : ''}。${n.open ? `${n.open} 处差异待处理` : '都对上了'}`,
  tabs: { all: '全部', odd: '有差异', even: '平' },
  states: { even: '平', odd: '有差异' },
  columns: { day: '交易日', state: '状态', lines: '笔数', amount: '消费', refunds: '撤销和退货', fee: '手续费', net: '应到银行', differences: '差异', matched: '核对时间' },
  differences: (open: number, all: number) => (all === 0 ? '–' : open === 0 ? `${all} 处已处理` : `${open} 处待处理`),
  empty: { all: '还没有导入过刷卡对账文件', odd: '没有待处理的差异', even: '还没有对平的日子' },
  emptyText: '在收单机构的商户平台导出交易明细（xlsx 或 csv），要有终端号、参考号、交易金额、交易类型和交易日期。',
}

export const cardDayTexts = {
  title: (day: string) => `${day} 刷卡对账`,
  again: '重新核对',
  againDone: '已重新核对',
  sums: { lines: '笔数', amount: '消费', refunds: '撤销和退货', fee: '手续费', net: '应到银行' },
  reads: '刷卡对账差异',
  tabs: { open: '待处理', done: '已处理', gone: '已消除' },
  columns: { kind: '差异', room: '房屋', there: '对账文件', here: '本系统', at: '时间', proof: '凭证', remedy: '处理' },
  none: '没有收据',
  even: '这一天已对平',
  evenText: '对账文件和收银台的刷卡逐笔相符。',
  handled: '差异都处理过了',
  emptyDone: '没有处理过的差异',
  emptyGone: '没有重新核对后消除的差异',
  by: (name: string, remedy: string, note: string) => (note ? `${name}：${remedy}，${note}` : `${name}：${remedy}`),
  with: (remedy: string, fen: number) => `${remedy} ${formatYuan(fen)}`,
  question: (remedy: string, room: string, fen: number) => `${remedy}：${room ? `${room} ` : ''}${formatYuan(fen)}`,
  consequences: {
    foreign: '只记录说明，不动账。同一商户号下别的项目刷的卡请这样处理。',
    hold: '只记录说明，不动账。查明以后再按实际情况补收、作废或退款。',
    settled: '只记录说明，不动账。请先确认：该退的已退给持卡人，该补的已补收。',
  } as Record<string, string>,
  reasons: { foreign: ['是其他项目的收款'], hold: ['已问收单机构，等回复', '持卡人要求查'], settled: ['已在刷卡机上退给持卡人', '收据已作废重开'] } as Record<string, string[]>,
  hints: {
    unknown: '收银台已补开收据的，重新核对即可。', missing: '没刷成的请作废收据，凭证号记错的请作废重开，再重新核对。', amount: '请按刷卡机的金额作废重开，再重新核对。',
    voided: '钱在银行，收据已作废：请在刷卡机上退款，或重新收款。', refund: '请补开红字收据，再重新核对。', refund_missing: '退货可能几天后才到，到了再导入就会对上。',
  } as Record<string, string>,
}
