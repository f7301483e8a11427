/** Words of the list of vehicles. */
export const vehicleTexts = {
  title: '车辆',
  what: '车辆',
  facts: '来自导入的车辆资料，只能看；门禁和道闸不受欠费影响',
  search: '车牌的一部分、车主或房号',
  columns: { plate: '车牌号', room: '房屋', owner: '车主', phone: '手机号', model: '品牌、颜色', kind: '车辆类型', space: '停车场、车位', until: '截止时间', at: '导入日期' },
  noneTitle: '没有符合条件的车辆',
  noneText: '可以只写车牌的一部分，如 12345；或车主姓名、房号 3-2-1502。',
  clear: '清除条件',
  firstTitle: '还没有车辆',
  firstText: '车辆资料用表格导入：在“导入”里选“车辆资料”，下载模板，每行一辆车。',
  firstLimited: '您负责的楼栋还没有车辆资料。表格里写了房号的车辆，这里才看得到。',
  toImport: '导入车辆资料',
  ofHousehold: '车辆',
  count: (n: number) => `${n} 辆`,
}
