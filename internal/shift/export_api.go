package shift

import (
	"fmt"
	"strings"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/export"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	shifts := export.Offer{Key: "shifts", Name: "班次", Permission: cashier.PermRead, Buildings: true, Columns: []sheet.Column{
		export.Text("交班单号", 18), export.Text("收费员", 12), export.Text("状态", 14), export.Text("开班时间", 20), export.Text("交班时间", 20), export.Text("收款方式", 60),
		export.Money("收款合计"), export.Money("退款合计"), export.Money("作废合计"), export.Money("收进合计"), export.Money("抹零"), export.Money("备用金"), export.Money("应有现金"), export.Money("点出的现金"), export.Money("长短款"), export.Text("长短款原因", 24),
		export.Money("解款"), export.Money("留下一班"), export.Text("交班人", 12)}}
	shifts.Check, shifts.Rows = export.Pages(s.apiShifts, func(o *struct{ Body page.List[shiftJSON] }) page.List[shiftJSON] { return o.Body }, shiftCells)
	return []export.Offer{shifts}
}

// shiftCells leaves amounts empty that nobody may see before the cash is
// counted.
func shiftCells(sh *shiftJSON) []sheet.Value {
	yuan := func(known bool, f money.Fen) sheet.Value {
		if !known || sh.Hidden {
			return sheet.Text("")
		}
		return export.Yuan(f)
	}
	var ways []string
	for _, m := range sh.Sums {
		way := fmt.Sprintf("%s 收款 %d 笔 %s，退款 %d 笔 %s", m.Name, m.Takings, m.Taken.Yuan(), m.Refunds, m.Refunded.Yuan())
		if m.Voids > 0 {
			way += fmt.Sprintf("，作废 %d 笔 %s", m.Voids, m.Voided.Yuan())
		}
		ways = append(ways, way+"，净额 "+m.Net.Yuan())
	}
	closed, counted, at := sh.ClosedAt != nil, len(sh.Counts) > 0, ""
	if closed {
		at = sh.ClosedAt.Format(time.DateTime)
	}
	state := map[string]string{"open": "未交班", "closed": "已交班", "before": "启用交班以前"}[sh.State]
	return []sheet.Value{sheet.Text(sh.Number), sheet.Text(sh.CashierName), sheet.Text(state), sheet.Text(sh.OpenedAt.Format(time.DateTime)), sheet.Text(at),
		sheet.Text(strings.Join(ways, "；")), yuan(true, sh.Taken), yuan(true, sh.Refunded), yuan(true, sh.Voided), yuan(true, sh.Income), yuan(true, sh.Rounded), yuan(true, sh.Imprest), yuan(true, sh.Expected), yuan(counted, sh.Counted), yuan(counted, sh.Difference),
		sheet.Text(sh.Reason), yuan(closed, sh.Handed), yuan(closed, sh.Kept), sheet.Text(sh.ClosedName)}
}
