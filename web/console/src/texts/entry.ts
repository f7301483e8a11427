import { MIN_PASSWORD } from '@/lib/password'

export const loginTexts = {
  title: '登录',
  lead: '物业工作台',
  login: '登录名',
  password: '密码',
  remember: '在这台电脑上保持登录',
  rememberHint: '公用电脑请不要勾选',
  submit: '登录',
  submitting: '正在登录',
  code: '动态验证码',
  codeHint: '手机验证器上的 6 位数字；手机不在身边用恢复码，都没有请管理员重置',
  codeLead: '密码正确，还要输入动态验证码',
  needCode: '请输入动态验证码',
  otherAccount: '换一个账号登录',
  needLogin: '请填写登录名',
  needPassword: '请填写密码',
  expired: '登录已过期，请重新登录，会回到刚才的页面',
  forgot: '忘记密码',
}

/** The cover over a page whose session has ended. */
export const againTexts = {
  title: '登录已过期，请重新登录',
  lead: (name: string) => `${name}，输入密码就回到刚才的页面，填了一半的内容都还在。`,
  other: '不是我，换一个账号（这一页没保存的内容会丢掉）',
}

export const setupTexts = {
  title: '首次使用',
  lead: '填好公司和管理员，就可以开始建项目、录房屋。',
  company: '公司名称',
  companyHint: '会印在收据上，例如：杭州翠湖物业服务有限公司',
  admin: '管理员',
  name: '姓名',
  login: '登录名',
  loginHint: '字母、数字和下划线，3 到 32 位，例如 zhoulan',
  password: '密码',
  again: '再输一次密码',
  rules: '密码要求',
  ruleLength: `至少 ${MIN_PASSWORD} 位`,
  ruleClasses: '大写、小写、数字、符号中至少三种',
  submit: '创建公司和管理员账号',
  submitting: '正在创建',
  closedTitle: '已经完成首次设置',
  closedText: '这套系统已有管理员，请直接登录。',
  toLogin: '去登录',
  what: '开始设置',
  unsettled: '没有等到服务器的答复，可能已经创建。可以再点一次，不会重复创建。',
  faults: {
    company: '请填写公司名称，收据上要用',
    name: '请填写管理员姓名',
    login: '登录名为 3 到 32 位字母、数字或下划线',
    password: '密码还不符合要求，请看下面两条',
    again: '两次输入的密码不一样',
  },
}
