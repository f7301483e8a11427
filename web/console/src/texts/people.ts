/** Words of classes, tags and the history of people. */
export const tagTexts = {
  titles: { person: '标签', room: '房屋标签' },
  manage: '标签',
  lead: { person: '自己定的类别和标签，如 老人、残疾、长租、短租。停用后不能再贴，已贴的留着。', room: '给房屋定的标签，如 精装、群租、空置看护。可以按它筛选，也可以用在收费范围里。停用后不能再贴，已贴的留着。' },
  name: '新标签',
  add: (name: string) => (name ? `新建标签 ${name}` : '新建标签'),
  none: '还没有标签',
  noneText: { person: '在上面写下名称新建一个，就可以在名册里批量贴上。', room: '在上面写下名称新建一个，就可以在房屋列表里批量贴上。' },
  count: { person: (n: number) => `${n} 人`, room: (n: number) => `${n} 间` },
  retire: '停用',
  revive: '启用',
  retired: '停用',
  filter: '标签',
  all: '全部',
  building: '楼栋',
  columns: { places: '房屋', tags: '标签' },
  choose: '选标签',
  put: '贴上',
  take: '去掉',
  changed: {
    person: (n: number, on: boolean) => (on ? `已给 ${n} 人贴上` : `已从 ${n} 人去掉`),
    room: (n: number, on: boolean) => (on ? `已给 ${n} 间贴上` : `已从 ${n} 间去掉`),
  },
  ofRoom: '标签',
  noneOfRoom: '还没有房屋标签，可在房屋列表右上角“标签”里新建',
  since: '入住从',
  until: '入住到',
  fault: '请写标签名称，最多 12 个字',
}

export const historyTexts = {
  title: '变更记录',
  none: '还没有变更',
  before: '改前',
  after: '改后',
  roomName: '房号',
  fields: {
    Name: '姓名', Kind: '类型', Floor: '楼层', Layout: '户型', Area: '建筑面积', InnerArea: '套内面积', State: '房屋状态', Handover: '交付日期', Gender: '性别', Email: '邮箱', PhoneMask: '手机号', IDMask: '证件号', Part: '关系', Since: '入住', Until: '迁出', Payer: '缴费人',
    Share: '产权份额', RoomLabel: '房屋', tag: '标签', on: '贴上', owners: '业主', date: '日期', note: '备注', field: '项目', reason: '原因',
  } as Record<string, string>,
}
