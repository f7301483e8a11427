package sharedcost

import (
	"linli/internal/billing"
	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

func (s *Service) offer() export.Offer {
	o := export.Offer{Key: "shared-costs", Name: "公摊单", Permission: billing.PermRead, Columns: []sheet.Column{export.Text("费用", 16), export.Text("账期", 10), export.Text("由谁分摊", 16),
		export.Text("按什么", 16), export.Money("总额"), {Title: "房屋"}, export.Text("依据", 30), export.Text("状态", 10), export.Text("录入人", 12), export.Text("处理人", 12), export.Text("撤回原因", 24)}}
	states := map[string]string{"draft": "待发布", "released": "已发布", "withdrawn": "已撤回"}
	o.Check, o.Rows = export.Pages(s.listAPI, func(o *listOut) page.List[CostJSON] { return o.Body }, func(c *CostJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(c.ItemName), sheet.Text(c.Month.String()), sheet.Text(c.Place), sheet.Text(c.Words), export.Yuan(c.Total), sheet.Int(int64(c.Rooms)),
			sheet.Text(c.Source), sheet.Text(states[c.State]), sheet.Text(c.CreatedBy), sheet.Text(c.DecidedBy), sheet.Text(c.Reason)}
	})
	return o
}
