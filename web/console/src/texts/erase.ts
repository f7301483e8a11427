/** Words of 注销个人信息. */
export const eraseTexts = {
  title: '注销个人信息',
  hint: '搬走、结清以后，本人要求时办理，不能撤销',
  open: '注销个人信息…',
  checking: '正在核对有没有没办完的事',
  tied: (name: string) => `${name}还有没办完的事，办完才能注销：`,
  go: { home: '去住户档案', debt: '去住户档案', money: '去住户档案', refund: '去红冲与退款', online: '去待退款', deposit: '去押金', invoice: '去发票' } as Record<string, string>,
  again: '再核对一次',
  question: (name: string) => `注销 ${name} 的个人信息？`,
  gone: '删去：姓名、手机号、证件号、邮箱、标签、自定义字段、更正申请、走访记录、发票抬头、发过的消息和催缴时说过的话。',
  kept: '保留：收据、发票、凭证和操作日志，法律要求存满年限，只存不用。他缴过哪间房的费用也留着，只是不再有姓名。',
  why: '下面的原因写谁来申请、怎样核对的身份，不要写证件号。',
  forever: '注销后谁也查不到他，也恢复不了。还有没出账的月份（如月末才出账），请先出账收清。',
  name: (name: string) => `照抄姓名 ${name}`,
  nameFault: '和登记的姓名不一样',
  action: (name: string) => `注销 ${name}`,
}
