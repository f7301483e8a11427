package latefee

import (
	"time"

	"linli/internal/billing"
	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer { return []export.Offer{s.waiverOffer()} }

func (s *Service) waiverOffer() export.Offer {
	o := export.Offer{Key: "waivers", Name: "减免", Permission: billing.PermRead, Columns: []sheet.Column{export.Text("减免单号", 18), export.Text("房屋", 20), export.Text("费用", 16),
		export.Text("账期", 10), export.Text("减免什么", 10), export.Money("金额"), export.Text("原因", 30), export.Text("依据", 24), export.Text("状态", 10),
		export.Text("提出", 28), export.Text("处理", 28), export.Text("批示", 24)}}
	states := map[string]string{"asked": "待批准", "approved": "已批准", "refused": "已退回", "withdrawn": "已撤回"}
	kinds := map[string]string{"late": "违约金", "charge": "费用"}
	o.Check, o.Rows = export.Pages(s.listWaiversAPI, func(o *waiversOut) page.List[waiverJSON] { return o.Body }, func(w *waiverJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(w.Number), sheet.Text(w.Label), sheet.Text(w.ItemName), sheet.Text(w.Month.String()), sheet.Text(kinds[w.Kind]), export.Yuan(w.Amount),
			sheet.Text(w.Reason), sheet.Text(w.Proof), sheet.Text(states[w.State]), stepCell(&w.AskedAt, w.AskedBy), stepCell(w.DecidedAt, w.DecidedBy), sheet.Text(w.Note)}
	})
	return o
}

// stepCell is when and by whom something was done; empty while it is not.
func stepCell(at *time.Time, by string) sheet.Value {
	if at == nil {
		return sheet.Text("")
	}
	return sheet.Text(at.Format(time.DateTime) + " " + by)
}
