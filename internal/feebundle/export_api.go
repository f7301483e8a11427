package feebundle

import (
	"strings"

	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/tariff"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	o := export.Offer{Key: "bundles", Name: "费用套餐", Permission: tariff.PermRead, Columns: []sheet.Column{export.Text("套餐", 18), export.Text("说明", 30),
		export.Text("费用", 40), {Title: "几项", Width: 8}, {Title: "给出次数", Width: 10}, export.Text("状态", 8)}}
	o.Check, o.Rows = export.Pages(s.listAPI, func(o *bundlesOut) page.List[bundleJSON] { return o.Body }, func(b *bundleJSON) []sheet.Value {
		names := make([]string, len(b.Parts))
		for i, p := range b.Parts {
			names[i] = p.Name
			switch {
			case p.Quantity != 0:
				names[i] += " × " + p.Quantity.String()
			case p.Amount != 0:
				names[i] += " " + p.Amount.Comma() + " 元"
			}
		}
		state := map[string]string{"active": "在用", "retired": "停用"}
		return []sheet.Value{sheet.Text(b.Name), sheet.Text(b.Note), sheet.Text(strings.Join(names, "、")), sheet.Int(int64(len(b.Parts))),
			sheet.Int(int64(b.Uses)), sheet.Text(state[b.State])}
	})
	return []export.Offer{o}
}
