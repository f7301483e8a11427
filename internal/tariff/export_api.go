package tariff

import (
	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	o := export.Offer{Key: "discounts", Name: "优惠减免", Permission: PermRead, Columns: []sheet.Column{export.Text("费用", 16), export.Text("范围", 20),
		export.Text("优惠", 24), export.Text("从", 12), export.Text("到", 12), export.Text("原因", 30), export.Text("证明", 24), export.Text("状态", 10),
		export.Text("提出人", 12), export.Text("批准人", 12)}}
	words := map[string]string{"asked": "待批准", "approved": "已批准", "refused": "已退回", "withdrawn": "已撤回"}
	o.Check, o.Rows = export.Pages(s.listDiscountsAPI, func(o *discountsOut) page.List[DiscountJSON] { return o.Body }, func(d *DiscountJSON) []sheet.Value {
		until := ""
		if d.Until != 0 {
			until = d.Until.String()
		}
		return []sheet.Value{sheet.Text(d.Name), sheet.Text(d.Target), sheet.Text(d.Words), sheet.Text(d.From.String()), sheet.Text(until),
			sheet.Text(d.Reason), sheet.Text(d.Proof), sheet.Text(words[d.State]), sheet.Text(d.AskedBy), sheet.Text(d.DecidedBy)}
	})
	return []export.Offer{o}
}
