import type { RouteLocationRaw } from 'vue-router'

/** The pages of the guide in the order of the desks; README is the table of contents. */
export const guidePages = ['README', 'front-desk', 'cashier', 'accountant', 'technician', 'manager', 'head-office', 'admin', 'resident', 'ops'] as const
export type GuidePage = (typeof guidePages)[number]
export const isGuidePage = (name: string): name is GuidePage => (guidePages as readonly string[]).includes(name)

/** Where the guide speaks of a page: `page#heading`. Pages that stand in no list lead to the page of the role. */
export const chapters: Record<string, string> = {
  households: 'front-desk#找一户', household: 'front-desk#住户档案', rooms: 'front-desk#登记修改迁出', people: 'front-desk#标签和名册', vehicles: 'front-desk#车辆',
  'care-due': 'front-desk#关怀走访', 'care-visits': 'front-desk#关怀走访', 'care-plans': 'front-desk#关怀走访', corrections: 'front-desk#更正申请', fields: 'front-desk#自定义字段', imports: 'front-desk#导入名册', import: 'front-desk#导入名册',
  counter: 'cashier#用键盘收一户', receipts: 'cashier#收据', receipt: 'cashier#作废', shift: 'cashier#交班', refunds: 'cashier#红冲退款和押金', deposits: 'cashier#红冲退款和押金', terminations: 'cashier#红冲退款和押金',
  items: 'accountant#费用项目', item: 'accountant#费用项目', 'price-trial': 'accountant#单价只加新版本', bundles: 'accountant#套餐几项费用一起给', bundle: 'accountant#套餐几项费用一起给', discounts: 'accountant#优惠减免',
  readings: 'accountant#抄表和按用量收费', 'reading-sheets': 'accountant#抄表和按用量收费', 'reading-sheet': 'accountant#抄表和按用量收费', 'meter-platform': 'accountant#远传表', meter: 'accountant#抄表和按用量收费', 'shared-costs': 'accountant#公摊',
  runs: 'accountant#出账', run: 'accountant#审核', charges: 'accountant#费用明细和收据', dunning: 'accountant#违约金和催缴', letters: 'accountant#违约金和催缴', waivers: 'accountant#违约金和催缴',
  messages: 'accountant#账单推送和提醒', 'notify-setting': 'accountant#账单推送和提醒', shifts: 'accountant#交班和收款统计', takings: 'accountant#交班和收款统计',
  reconcile: 'accountant#对账', 'reconcile-day': 'accountant#对账', 'reconcile-cards': 'accountant#刷卡对账', 'reconcile-card-day': 'accountant#刷卡对账', 'reconcile-sums': 'accountant#渠道收款报表',
  bank: 'accountant#银行流水', 'refund-candidates': 'accountant#待退款', expenses: 'accountant#支出和公共收益', invoices: 'accountant#发票', 'invoice-setting': 'accountant#发票',
  reports: 'accountant#报表凭证和月结', postings: 'accountant#报表凭证和月结', vouchers: 'accountant#报表凭证和月结', 'book-months': 'accountant#报表凭证和月结',
  roomStates: 'manager#房态图', settings: 'manager#项目设置', projectCard: 'manager#项目设置', 'counter-setting': 'manager#项目设置', downloads: 'manager#导出和撤销导入',
  projects: 'admin#首次使用', accounts: 'admin#员工和角色', roles: 'admin#自建角色', security: 'admin#登录安全和动态验证码', notices: 'admin#公告',
  projectAudit: 'admin#操作日志', companyAudit: 'admin#操作日志', care: 'admin#系统维护', merchants: 'admin#线上收款商户',
}

/** What of a session decides which page of the guide is its own. */
interface Who { can: (permission: string) => boolean; canHere: (permission: string) => boolean; canEverywhere: (permission: string) => boolean }

/** The page of the guide for a desk, by what only it may do. */
export function guideOf(who: Who): GuidePage {
  if (who.canEverywhere('identity.manage')) return 'admin'
  if (who.canHere('cashier.receive')) return 'cashier'
  if (who.can('billing.run')) return 'accountant'
  if (who.can('billing.release')) return 'manager'
  return who.canHere('estate.write') ? 'front-desk' : 'README'
}

/** The address of help: the chapter on the page that is open, else the page of the desk. */
export function guideFor(page: string, who: Who): RouteLocationRaw {
  const [name, hash] = (chapters[page] ?? guideOf(who)).split('#')
  return { name: 'guide', params: { page: name }, ...(hash ? { hash: `#${hash}` } : {}) }
}
