import { formatFen } from '@/lib/money'

/** Words of 单笔收费和应收红冲. */
export const adjustTexts = {
  title: '单笔收费和红冲',
  group: '出账',
  charge: '单笔收费',
  tabs: { all: '全部', charge: '单笔收费', red: '应收红冲' },
  kinds: { charge: '单笔收费', red: '应收红冲' },
  columns: { number: '单号', date: '日期', kind: '单据', room: '房屋', item: '费用', month: '账期', amount: '金额', reason: '原因', by: '经手人' },
  reads: '单笔收费和红冲',
  again: '重新出账时再收',
  empty: '还没有单笔收费和红冲',
  emptyText: '门禁卡、垃圾清运这样的一次性费用用“单笔收费”；发布以后发现收错的，在费用明细里打开那一笔，点“红冲”。',
}

export const singleTexts = {
  title: '单笔收费',
  room: '房屋',
  roomHint: '输入房号，例如 3-2-1502',
  item: '费用',
  choose: '请选择',
  noItems: '还没有一次性的费用。请先在“费用项目”里新建，“怎么算”选“一次性”。',
  month: '账期',
  monthHint: '这笔费用属于哪个月',
  due: '到期日',
  dueHint: '不填按费用项目的到期日，最早是今天；实现债权的费用当天到期',
  amount: '金额（元）',
  reason: '收什么',
  reasonHint: '住户问起时照此解释，例如：补办门禁卡 2 张，每张 15 元',
  proof: '依据',
  proofHint: '例如：收费公示第 6 项',
  submit: (fen: number | null) => (fen ? `收 ${formatFen(fen)} 元` : '单笔收费'),
  then: '提交后立即成为这户的应收，有单号，可以马上到收银台收款。收错了用红冲。',
  done: (number: string, room: string, fen: number) => `${number} 已记入${room}的应收，${formatFen(fen)} 元`,
  collect: '去收款',
  faults: { room: '请选房屋', item: '请选费用', month: '请选账期', amount: '请填金额，要大于 0', reason: '请写明收什么，至少 2 个字' },
}

export const redTexts = {
  open: '红冲',
  question: (room: string, item: string, month: string) => `红冲${room}的 ${month} ${item}？`,
  body: (fen: number) => `应收冲回 ${formatFen(fen)} 元，另开红冲单，今天记账；原来的费用留作凭据，住户不再欠这一笔。不能撤销。`,
  then: '以后再出这个月的账',
  never: '不再收',
  again: '按那时的资料重新收',
  againHint: '先改好房屋、单价或读数，再到“出账审核”出一次这个月的账，只补这一笔。',
  action: (fen: number) => `红冲 ${formatFen(fen)} 元`,
  reasons: ['面积录错', '单价录错', '读数录错', '不该收'],
  done: (number: string) => `已红冲，红冲单 ${number}`,
  paid: '已有收款或减免，不能红冲；先把收款退回',
}

export const waiveTexts = {
  open: '申请减免',
  title: (item: string, month: string) => `申请减免 ${month} ${item}`,
  left: (fen: number) => `现在还欠 ${formatFen(fen)} 元`,
  amount: '减免多少（元）',
  amountHint: '不填为欠的全部',
  reason: '原因',
  proof: '依据或证明',
  submit: '提交，等同事批准',
  done: '已提交，在“减免”里等同事批准',
  faults: { amount: '不能多于还欠的', reason: '请写明原因，至少 2 个字' },
}
