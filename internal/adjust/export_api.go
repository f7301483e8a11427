package adjust

import (
	"linli/internal/billing"
	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	o := export.Offer{Key: "adjustments", Name: "单笔收费和红冲", Permission: billing.PermRead, Columns: []sheet.Column{export.Text("单号", 18), export.Text("类型", 12),
		export.Text("记账日期", 12), export.Text("房屋", 20), export.Text("费用", 16), export.Text("账期", 10), export.Money("金额"), export.Text("红冲后重新收", 12),
		export.Text("原因", 30), export.Text("依据", 24), export.Text("经办人", 12)}}
	o.Check, o.Rows = export.Pages(s.apiList, func(o *listOut) page.List[docJSON] { return o.Body }, func(d *docJSON) []sheet.Value {
		again := ""
		if d.Again {
			again = "是"
		}
		return []sheet.Value{sheet.Text(d.Number), sheet.Text(map[string]string{"charge": "单笔收费", "red": "应收红冲"}[d.Kind]), sheet.Text(d.Date.String()), sheet.Text(d.Label),
			sheet.Text(d.ItemName), sheet.Text(d.Month.String()), export.Yuan(d.Amount), sheet.Text(again), sheet.Text(d.Reason), sheet.Text(d.Proof), sheet.Text(d.By)}
	})
	return []export.Offer{o}
}
