import { formatYuan } from '@/lib/money'

/** Words of the pages about online money. */
export const merchantTexts = {
  title: '线上收款商户',
  group: '管理',
  intro: '在微信支付商户平台“账户中心 → API 安全”里找到这些内容。密钥加密保存，保存后不再显示。',
  number: '商户号',
  app: '公众账号 AppID',
  serial: '商户 API 证书序列号',
  privateKey: '商户 API 私钥',
  privateKeyHint: 'apiclient_key.pem 的全部内容',
  apiKey: 'APIv3 密钥',
  platformSerial: '微信支付公钥 ID',
  platformKey: '微信支付公钥',
  platformKeyHint: 'pub_key.pem 的全部内容',
  kept: '已保存，留空为不改',
  active: '启用，收银台可以选“微信”',
  callback: '结果通知的地址',
  callbackHint: '随订单告知微信，不用在商户平台填写。微信要求 https，请在服务端设置 LINLI_URL。',
  save: (name: string) => `保存${name}商户`,
  saved: '已保存，下一笔收款起生效',
}

export const alipayTexts = {
  intro: '在支付宝开放平台“控制台 → 应用 → 开发设置”里找到这些内容，应用要开通当面付。密钥加密保存，保存后不再显示。',
  number: '收款方 PID',
  numberHint: '2088 开头，在商家平台“账户中心”',
  app: '应用 APPID',
  privateKey: '应用私钥',
  privateKeyHint: '密钥工具生成的 RSA2 应用私钥全文',
  platformKey: '支付宝公钥',
  platformKeyHint: '开放平台上“查看支付宝公钥”的全文，不是应用公钥',
  active: '启用，收银台可以选“支付宝”',
  callbackHint: '随订单告知支付宝，不用在开放平台填写。请在服务端设置 LINLI_URL，外面要能访问。',
}

export const candidateTexts = {
  title: '待退款',
  group: '收费',
  reads: '线上多收的钱',
  intro: '线上重复付、付错金额、关闭后才付的钱。已存入这户的预存，请和交款人商量：留作预存，或申请退预存。',
  tabs: { open: '待处理', done: '已处理' },
  columns: { at: '发现时间', room: '房屋', payer: '交款人', amount: '金额', why: '原因', receipt: '收据', number: '商户订单号', note: '怎么处理的' },
  unknownRoom: '没有这笔订单',
  handle: '写明处理',
  question: (fen: number) => `处理多收的 ${formatYuan(fen)}`,
  action: '已处理',
  reasons: ['交款人同意留作预存', '已申请退预存'],
  empty: '没有待处理的多收款',
  emptyDone: '还没有处理过的多收款',
  by: (name: string, note: string) => `${name}：${note}`,
}
