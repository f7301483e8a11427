package billing

import (
	"time"

	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	charges := export.Offer{Key: "charges", Name: "费用明细", Permission: PermRead, Buildings: true, Columns: chargeSheet("到期日", "状态", "逾期天数")}
	charges.Check, charges.Rows = export.Pages(s.listChargesAPI, func(o *chargeListOut) page.List[chargeJSON] { return o.Body.List }, func(c *chargeJSON) []sheet.Value {
		late := sheet.Text("")
		if c.DaysOver > 0 {
			late = sheet.Int(int64(c.DaysOver))
		}
		return append(chargeCells(c), sheet.Text(c.Due.String()), sheet.Text(stateWord(c.State)), late)
	})
	lines := export.Offer{Key: "lines", Name: "出账明细", Permission: PermRead, Columns: chargeSheet("到期日", "处理", "人工更正")}
	lines.Check, lines.Rows = export.Pages(s.listLinesAPI, func(o *chargesOut) page.List[chargeJSON] { return o.Body }, func(c *chargeJSON) []sheet.Value {
		by := ""
		if c.Corrected {
			by = "是"
		}
		return append(chargeCells(c), sheet.Text(c.Due.String()), sheet.Text(holdWord(c.Hold)), sheet.Text(by))
	})
	return []export.Offer{charges, lines, s.runOffer()}
}

func (s *Service) runOffer() export.Offer {
	o := export.Offer{Key: "runs", Name: "出账记录", Permission: PermRead, Columns: []sheet.Column{export.Text("账期", 10), export.Text("状态", 12), {Title: "户数"}, {Title: "条数"},
		export.Money("金额"), {Title: "暂缓条数"}, export.Money("暂缓金额"), {Title: "不收条数"}, {Title: "没算出"}, export.Text("生成", 28), export.Text("发布", 28),
		export.Text("撤回", 28), export.Text("撤回原因", 24)}}
	states := map[string]string{"generating": "正在出账", "draft": "待审核", "empty": "没有可出的", "releasing": "正在发布", "released": "已发布", "withdrawing": "正在撤回", "withdrawn": "已撤回"}
	o.Check, o.Rows = export.Pages(s.listRunsAPI, func(o *runsOut) page.List[RunJSON] { return o.Body }, func(r *RunJSON) []sheet.Value {
		return []sheet.Value{sheet.Text(r.Month.String()), sheet.Text(states[r.State]), sheet.Int(r.Rooms), sheet.Int(r.Lines), export.Yuan(r.Amount), sheet.Int(r.HeldLines),
			export.Yuan(r.HeldAmount), sheet.Int(r.DroppedLines), sheet.Int(r.Faults), stepCell(&r.CreatedAt, r.CreatedBy), stepCell(r.ReleasedAt, r.ReleasedBy),
			stepCell(r.WithdrawnAt, r.WithdrawnBy), sheet.Text(r.Reason)}
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

func chargeSheet(tail ...string) []sheet.Column {
	out := []sheet.Column{export.Text("房屋", 20), export.Text("住户", 14), export.Text("费用", 16), export.Text("账期", 10),
		export.Money("应收"), export.Money("已收"), export.Money("已减免"), export.Money("补差减收"), export.Money("未收")}
	for _, t := range tail {
		out = append(out, sheet.Column{Title: t, Width: 12})
	}
	return out
}

func chargeCells(c *chargeJSON) []sheet.Value {
	return []sheet.Value{sheet.Text(c.Label), sheet.Text(c.PayerName), sheet.Text(c.ItemName), sheet.Text(c.Month.String()),
		export.Yuan(c.Amount), export.Yuan(c.Paid), export.Yuan(c.Waived), export.Yuan(c.Credited), export.Yuan(c.Owed)}
}

func stateWord(state string) string {
	switch PayState(state) {
	case Unpaid:
		return "待缴"
	case Partly:
		return "部分已缴"
	case Overdue:
		return "逾期"
	case Paid:
		return "已缴"
	}
	return state
}

func holdWord(hold string) string {
	switch hold {
	case "held":
		return "暂缓"
	case "dropped":
		return "不收"
	}
	return "正常"
}
