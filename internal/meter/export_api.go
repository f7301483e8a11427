package meter

import (
	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/kit/supply"
)

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	o := export.Offer{Key: "readings", Name: "抄表", Permission: PermRead, Buildings: true, Columns: []sheet.Column{export.Text("房号或位置", 20), export.Text("表", 8), export.Text("时段", 6),
		export.Text("表号", 16), {Title: "倍率"}, export.Text("上期抄表日期", 14), {Title: "上期读数"}, export.Text("账期", 10), export.Text("抄表日期", 12), {Title: "本期读数"},
		{Title: "用量"}, export.Text("状态", 10), export.Text("标记", 16), export.Text("谁抄的", 12), export.Text("说明", 24)}}
	o.Check, o.Rows = export.Pages(s.sheetAPI, func(o *sheetOut) page.List[SheetRowJSON] { return o.Body.List }, readingCells)
	return []export.Offer{o}
}

func readingCells(r *SheetRowJSON) []sheet.Value {
	m := &r.Meter
	band := map[string]string{"sharp": "尖", "peak": "峰", "flat": "平", "valley": "谷"}[m.Band]
	out := []sheet.Value{sheet.Text(m.Label), sheet.Text(supply.Kind(m.Kind).Label()), sheet.Text(band), sheet.Text(m.Number), sheet.Decimal(m.Multiplier.String()),
		sheet.Text(r.Since.String()), sheet.Decimal(r.Previous.String())}
	x := r.Reading
	if x == nil {
		return append(out, sheet.Text(""), sheet.Text(""), sheet.Text(""), sheet.Text(""), sheet.Text("未抄"))
	}
	state := map[string]string{"ok": "正常", "review": "待复核", "confirmed": "已复核", "void": "已作废"}[x.State]
	if x.Billed {
		state = "已出账"
	}
	mark := ""
	switch {
	case x.Estimated:
		mark = "估抄"
	case x.Rolled && x.Remote:
		mark = "远传，表字翻转"
	case x.Rolled:
		mark = "表字翻转"
	case x.Remote:
		mark = "远传"
	}
	return append(out, sheet.Text(x.Month.String()), sheet.Text(x.Date.String()), sheet.Decimal(x.Value.String()), sheet.Decimal(x.Usage.String()), sheet.Text(state),
		sheet.Text(mark), sheet.Text(x.Reader), sheet.Text(x.Note))
}
