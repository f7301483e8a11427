package payment

import (
	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	more := export.Offer{Key: "candidates", Name: "待退款", Permission: PermRead, Columns: []sheet.Column{export.Text("时间", 20), export.Text("渠道", 10), export.Text("房屋", 20),
		export.Text("缴费人", 14), export.Money("多收"), export.Text("原因", 20), export.Text("收据号", 18), export.Text("商户订单号", 30), export.Text("渠道交易号", 32),
		export.Text("状态", 10), export.Text("怎么处理的", 30), export.Text("处理人", 12)}}
	more.Check, more.Rows = export.Pages(s.apiCandidates, func(o *struct{ Body page.List[candidateJSON] }) page.List[candidateJSON] { return o.Body }, s.candidateCells)
	return []export.Offer{more}
}

func (s *Service) candidateCells(c *candidateJSON) []sheet.Value {
	state := map[string]string{"open": "待处理", "done": "已处理"}[c.State]
	return []sheet.Value{sheet.Text(c.At.Format("2006-01-02 15:04:05")), sheet.Text(s.channels[c.Channel].Name()), sheet.Text(c.RoomLabel), sheet.Text(c.PayerName), export.Yuan(c.Amount),
		sheet.Text(c.WhyName), sheet.Text(c.ReceiptNumber), sheet.Text(c.Number), sheet.Text(c.Transaction), sheet.Text(state), sheet.Text(c.Note), sheet.Text(c.DoneName)}
}
