// The 17-column sheet 资产信息, as it is exported elsewhere, made from short rows.
import { workbook } from './xlsx.mjs'

export const assetHeader = ['楼号', '单元', '房间', '楼层', '总层数', '是否有电梯', '房屋类型', '房屋户型', '建筑面积', '室内面积', '租金', '房屋状态', '业主名称', '性别', '手机号', '身份证号', '业主类型']

/**
 * @param {{building: string, unit?: string, room: string, floor?: number, area: number, owner?: string, phone?: string, kind?: string}[]} rooms
 * @returns {Buffer}
 */
export const assetSheet = (rooms) => workbook({
  资产信息: [assetHeader, ...rooms.map((r) => [
    r.building, r.unit ?? '1', r.room, r.floor ?? Number(r.room.slice(0, -2)), 18, '是', '110', '三室两厅', r.area, r.area, 0, r.owner ? '2001' : '2002',
    r.owner ?? '', r.owner ? '男' : '', r.phone ?? '', '', r.owner ? (r.kind ?? '1001') : '',
  ])],
})
