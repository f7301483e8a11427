package cashier

import (
	"strings"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	receipts := export.Offer{Key: "receipts", Name: "收据", Permission: PermRead, Columns: []sheet.Column{
		export.Text("收据号", 18), export.Text("日期", 12), export.Text("收款时间", 20), export.Text("房屋", 20), export.Text("交款人", 14), export.Text("费用", 40),
		export.Money("金额"), export.Money("用掉预存"), export.Money("存入预存"), export.Text("收款方式", 24), export.Text("凭证号", 20),
		export.Text("收费员", 12), export.Text("状态", 10), export.Text("作废原因", 24)}}
	receipts.Check, receipts.Rows = export.Pages(s.apiReceipts, func(o *struct{ Body receiptList }) page.List[receiptJSON] { return o.Body.List }, receiptCells)
	shifts := export.Offer{Key: "shifts", Name: "班次", Permission: PermRead, Columns: []sheet.Column{
		export.Text("交班单号", 18), export.Text("收费员", 12), export.Text("状态", 14), export.Text("开班时间", 20), export.Text("交班时间", 20), export.Text("收款方式", 40),
		export.Money("收进的钱"), export.Money("备用金"), export.Money("应有现金"), export.Money("点出现金"), export.Money("长短款"), export.Text("长短款原因", 24),
		export.Money("解款"), export.Money("留下一班"), export.Text("交班人", 12)}}
	shifts.Check, shifts.Rows = export.Pages(s.apiShifts, func(o *struct{ Body page.List[shiftJSON] }) page.List[shiftJSON] { return o.Body }, shiftCells)
	return []export.Offer{receipts, s.refundOffer(), shifts}
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
		ways = append(ways, m.Name+" "+m.Net.Yuan())
	}
	closed, counted, at := sh.ClosedAt != nil, len(sh.Counts) > 0, ""
	if closed {
		at = sh.ClosedAt.Format(time.DateTime)
	}
	state := map[string]string{"open": "未交班", "closed": "已交班", "before": "启用交班以前"}[sh.State]
	return []sheet.Value{sheet.Text(sh.Number), sheet.Text(sh.CashierName), sheet.Text(state), sheet.Text(sh.OpenedAt.Format(time.DateTime)), sheet.Text(at),
		sheet.Text(strings.Join(ways, "；")), yuan(true, sh.Income), yuan(true, sh.Imprest), yuan(true, sh.Expected), yuan(counted, sh.Counted), yuan(counted, sh.Difference),
		sheet.Text(sh.Reason), yuan(closed, sh.Handed), yuan(closed, sh.Kept), sheet.Text(sh.ClosedName)}
}

func receiptCells(r *receiptJSON) []sheet.Value {
	var fees, ways, papers []string
	for _, l := range r.Lines {
		fees = append(fees, l.ItemName+" "+l.Month.String()+" "+l.Amount.Yuan())
	}
	for _, p := range r.Pays {
		ways = append(ways, p.Name+" "+p.Amount.Yuan())
		if p.Reference != "" {
			papers = append(papers, p.Reference)
		}
	}
	state := "有效"
	if r.State == string(StateVoid) {
		state = "已作废"
	}
	if r.Red {
		state = "红字"
	} else if r.ReversedNumber != "" {
		state = "已红冲"
	}
	return []sheet.Value{sheet.Text(r.Number), sheet.Text(r.Date.String()), sheet.Text(r.At.In(clock.Shanghai()).Format("2006-01-02 15:04:05")),
		sheet.Text(r.RoomLabel), sheet.Text(r.PayerName), sheet.Text(strings.Join(fees, "；")), export.Yuan(r.Amount), export.Yuan(r.PrepaidUsed), export.Yuan(r.ToPrepay),
		sheet.Text(strings.Join(ways, "；")), sheet.Text(strings.Join(papers, "；")), sheet.Text(r.CashierName), sheet.Text(state), sheet.Text(r.VoidReason)}
}
