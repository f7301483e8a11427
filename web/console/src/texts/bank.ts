import { formatYuan } from '@/lib/money'

/** Words of the page of bank statements (银行流水). */
export const bankTexts = {
  title: '银行流水',
  group: '账务',
  reads: '银行流水',
  intro: '导入网银导出的明细（xlsx 或 csv），逐笔确认是哪户交的。导入过的行不会重复。',
  upload: '导入流水',
  uploading: '正在导入…',
  done: (n: { new: number; known: number; out: number; guessed: number }) =>
    `新增收入 ${n.new} 笔，其中 ${n.guessed} 笔找到了房屋${n.known ? `；${n.known} 笔以前导入过` : ''}${n.out ? `；${n.out} 笔支出没有导入` : ''}`,
  tabs: { open: '待确认', held: '待查', received: '已收款', aside: '与收费无关' },
  columns: { date: '入账日期', amount: '金额', payer: '对方户名', remark: '附言', room: '可能的房屋', receipt: '收据', note: '情况', reference: '流水号' },
  why: { room: '附言里的房号', account: '这个账号交过', name: '户名' } as Record<string, string>,
  unknown: '没找到',
  confirm: '确认收款',
  hold: '待查',
  aside: '无关',
  asideQuestion: (state: 'held' | 'aside', fen: number) => (state === 'held' ? `登记待查：${formatYuan(fen)}` : `与收费无关：${formatYuan(fen)}`),
  asideAction: { held: '登记待查', aside: '与收费无关' },
  asideText: { held: '留在待查里，查明以后还可以确认收款。', aside: '不再出现在待确认里，以后还可以确认收款。' },
  reasons: { held: ['附言看不出是哪户'], aside: ['银行结息', '不是物业收费'] },
  take: (fen: number) => `收款 ${formatYuan(fen)}`,
  room: '哪户交的',
  roomHint: '输入房号',
  needRoom: '请选择房屋',
  owed: (label: string, owed: number) => `${label} 现在欠 ${formatYuan(owed)}`,
  rest: (fen: number) => `多出的 ${formatYuan(fen)} 存入这户的预存。`,
  sure: '金额没有错，仍要收款',
  empty: { open: '没有待确认的流水', held: '没有待查的流水', received: '还没有从流水收款', aside: '没有与收费无关的流水' },
  by: (name: string, note: string) => `${name}：${note}`,
}
