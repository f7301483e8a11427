/** Words of the bell: what waits for this person, and what is new. */
export const bellTexts = {
  name: '消息',
  count: (waiting: string, fresh: number) => [waiting ? `${waiting} 项等你处理` : '', fresh > 0 ? `${fresh} 条新消息` : ''].filter(Boolean).join('，') || '没有等你处理的事',
  todo: '等你处理',
  none: '现在没有等你处理的事',
  noneText: '审批、出账草稿、公告和导好的文件会出现在这里。',
  failed: '有几项没能读出，两分钟后再读',
  notices: '公告',
  files: '下载中心',
  ready: '可下载',
  broken: '没能生成',
  care: '系统维护',
}
