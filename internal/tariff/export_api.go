package tariff

import (
	"context"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
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
	return []export.Offer{o, s.itemOffer()}
}

// itemOffer has every item with the price of today and where it comes from.
func (s *Service) itemOffer() export.Offer {
	type in struct {
		Project id.ID `path:"project"`
		page.Request
		State string `query:"state" enum:"active,retired" doc:"空为全部"`
	}
	basis := map[string]string{"area": "按建筑面积", "fixed": "每户固定", "people": "按人", "quantity": "按数量", "formula": "按公式", "metered": "按用量（抄表）", "shared": "按公摊单"}
	cycle := map[string]string{"month": "每月", "bimonth": "每两个月", "quarter": "每季", "half": "每半年", "year": "每年"}
	source := map[string]string{"filing": "备案", "contract": "合同", "vote": "业主大会表决", "other": "其他依据"}
	cells := func(i *itemJSON) []sheet.Value {
		r := i.Rate
		if r == nil {
			r = &rateJSON{}
		}
		price := sheet.Decimal(r.PriceText)
		if i.Rate == nil || i.Basis == "formula" || r.Tariff != nil {
			price = sheet.Text("")
		}
		words := r.Formula
		if r.Tariff != nil {
			words = "阶梯或分时"
		}
		return []sheet.Value{sheet.Text(i.Name), sheet.Text(basis[i.Basis]), price, sheet.Text(i.PriceUnit), sheet.Text(words), sheet.Text(r.From.String()),
			sheet.Text(source[r.SourceKind]), sheet.Text(r.SourceText), sheet.Text(cycle[i.Cycle] + word(i.Timing == "advance", "预收", "后收")),
			sheet.Text(i.From.String()), sheet.Text(i.Until.String()), sheet.Text(word(i.State == "active", "在用", "停用"))}
	}
	o := export.Offer{Key: "items", Name: "费用项目", Permission: PermRead, Buildings: true, Columns: []sheet.Column{export.Text("费用", 16), export.Text("怎么算", 14), {Title: "今天的单价", Width: 12},
		export.Text("单位", 14), export.Text("公式或阶梯", 24), export.Text("单价从", 12), export.Text("依据", 14), export.Text("文号或说明", 30), export.Text("周期", 12),
		export.Text("起收", 12), export.Text("收到", 12), export.Text("状态", 8)}}
	o.Check, o.Rows = export.Pages(func(ctx context.Context, who actor.Actor, x *in) (*itemsOut, error) {
		out, err := s.listItemsAPI(ctx, who, &projectIn{x.Project})
		if err == nil && x.State != "" {
			out.Body.Items = slices.DeleteFunc(out.Body.Items, func(i itemJSON) bool { return i.State != x.State })
		}
		return out, err
	}, func(o *itemsOut) page.List[itemJSON] { return page.List[itemJSON]{Items: o.Body.Items} }, cells)
	return o
}
