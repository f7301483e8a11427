package audit

import (
	"linli/internal/kit/clock"
	"linli/internal/kit/export"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
)

// maxCell is what one cell of a spreadsheet holds, in characters.
const maxCell = 32_000

// Exports are the lists of this room that can be taken out.
func (s *Service) Exports() []export.Offer {
	check, rows := export.Pages(s.listProject, func(o *auditList) page.List[auditRow] { return o.Body.List }, func(r *auditRow) []sheet.Value {
		return []sheet.Value{sheet.Int(r.Seq), sheet.Text(r.At.In(clock.Shanghai()).Format("2006-01-02 15:04:05")), sheet.Text(r.Name), sheet.Text(r.Summary),
			sheet.Text(r.Action), sheet.Text(r.Kind), sheet.Text(r.Subject.String()), sheet.Text(r.Address), sheet.Text(short(r.Before)), sheet.Text(short(r.After))}
	})
	return []export.Offer{{Key: "audit", Name: "操作日志", Permission: PermRead, Check: check, Rows: rows, Columns: []sheet.Column{
		{Title: "序号", Width: 8}, export.Text("时间", 20), export.Text("谁", 12), export.Text("做了什么", 60), export.Text("动作", 24),
		export.Text("对象", 14), export.Text("对象编号", 22), export.Text("网络地址", 18), export.Text("改之前", 40), export.Text("改之后", 40)}}}
}

func short(text []byte) string {
	if r := []rune(string(text)); len(r) > maxCell {
		return string(r[:maxCell]) + "…"
	}
	return string(text)
}
