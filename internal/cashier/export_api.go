package cashier

import (
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	receipts := export.Offer{Key: "receipts", Name: "收据", Permission: PermRead, Buildings: true, Columns: []sheet.Column{
		export.Text("收据号", 18), export.Text("日期", 12), export.Text("收款时间", 20), export.Text("房屋", 20), export.Text("缴费人", 14), export.Text("费用", 40),
		export.Money("金额"), export.Money("用掉预存"), export.Money("存入预存"), export.Money("抹零"), export.Text("收款方式", 24), export.Text("凭证号", 20),
		export.Text("收费员", 12), export.Text("状态", 10), export.Text("作废原因", 24)}}
	receipts.Check, receipts.Rows = export.Pages(s.apiReceipts, func(o *struct{ Body receiptList }) page.List[receiptJSON] { return o.Body.List }, receiptCells)
	return []export.Offer{receipts, s.refundOffer()}
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
		sheet.Text(r.RoomLabel), sheet.Text(r.PayerName), sheet.Text(strings.Join(fees, "；")), export.Yuan(r.Amount), export.Yuan(r.PrepaidUsed), export.Yuan(r.ToPrepay), export.Yuan(r.Rounded),
		sheet.Text(strings.Join(ways, "；")), sheet.Text(strings.Join(papers, "；")), sheet.Text(r.CashierName), sheet.Text(state), sheet.Text(r.VoidReason)}
}
