/** Words around the guide; the guide itself is docs/guide. */
export const guideTexts = {
  title: '使用说明',
  what: '使用说明',
  pages: '各岗位',
  chapters: '本页内容',
  names: { README: '目录', 'front-desk': '前台客服', cashier: '收费员', accountant: '财务', technician: '抄表', manager: '项目经理', 'head-office': '总部', admin: '管理员', resident: '住户', ops: '服务器运维' },
  print: '打印这一页',
}
