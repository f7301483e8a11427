package deposit

import (
	"context"
	"fmt"
	"time"

	"linli/internal/cashier/paper"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// PrintSettle is the document on A4, with places to sign: what it pays, what is
// paid out, who consented. Error: fault.ErrNotFound.
func (s *Service) PrintSettle(ctx context.Context, project, doc id.ID) ([]byte, error) {
	x, err := s.Settlement(ctx, project, doc)
	if err != nil {
		return nil, err
	}
	pr, err := s.estate.Project(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, err
	}
	d := x.paper()
	d.Project, d.Foot = pr.Name, d.Foot+"　打印时间 "+minute(s.db.Clock().Now())
	if s.company != nil {
		if d.Company, err = s.company(ctx); err != nil {
			return nil, err
		}
	}
	return d.Render()
}

func (x *Settlement) paper() *paper.Doc {
	number := x.Number
	if number == "" {
		number = "批准后给号"
	}
	back := "没有余款"
	if x.Rest > 0 {
		if back = x.Method.Name() + " " + x.Rest.Comma(); x.Account != "" {
			back += "，退到 " + x.Account
		}
	}
	consent := x.PersonName + "同意以押金抵欠费"
	if x.Consent != "" {
		consent += "（" + x.Consent + "）"
	}
	d := &paper.Doc{Title: "押金退还单", Number: number, Facts: [][4]string{
		{"房屋", x.RoomLabel, "押金", x.DepositName + "，收据 " + x.DepositNumber},
		{"押金退给", x.PersonName, "欠费人", x.PayerName},
		{"申请", x.Asker + " " + minute(x.AskedAt), "批准", x.Decider},
		{"原因", x.Reason, "余款", back},
	}, Upper: money.Upper(x.Settle + x.Rest), Sum: (x.Settle + x.Rest).Comma(),
		Signs: []string{"押金人签字", "经办人签字", "批准人签字"}, Foot: "抵欠费后以收据为准；违约金算到付出当天，抵扣的总额不变。"}
	rows := make([][]string, len(x.Lines))
	for i, l := range x.Lines {
		rows[i] = []string{fmt.Sprint(i + 1), l.RoomLabel, l.ItemName, l.Month.String(), l.Owed.Comma(), l.Amount.Comma()}
	}
	d.Parts = []paper.DocPart{
		{Title: "一、抵欠费", Heads: []string{"序", "房屋", "费用", "账期", "欠费（元）", "抵扣（元）"}, Money: 4, Rows: rows,
			Total: []string{"抵欠费合计", "", x.Settle.Comma()}},
		{Title: "二、退还余款", Said: []string{"押金 " + x.Held.Comma() + " 元 − 抵欠费 " + x.Settle.Comma() + " 元，退还 " + x.Rest.Comma() + " 元。" + left(x)}},
		{Title: "三、同意", Said: []string{consent + "，抵扣的欠费即视为缴清相应部分。"}},
	}
	if x.ReceiptNumber != "" {
		said := "欠费收据 " + x.ReceiptNumber
		if x.RedNumber != "" {
			said += "，退款红字收据 " + x.RedNumber
		}
		d.Parts = append(d.Parts, paper.DocPart{Title: "四、单据", Said: []string{said + "，" + x.PaidName + "付出 " + minute(x.PaidAt)}})
	}
	switch {
	case x.Undone != 0:
		d.Stamp = "已红冲"
	case x.State == SettleRefused || x.State == SettleWithdrawn:
		d.Stamp = "作废"
	case x.State == SettleAsked:
		d.Stamp = "待批准"
	}
	return d
}

func left(x *Settlement) string {
	if rest := x.Held - x.Settle - x.Rest; rest > 0 {
		return "余下 " + rest.Comma() + " 元继续押着。"
	}
	return ""
}

func minute(t time.Time) string { return t.In(clock.Shanghai()).Format("2006-01-02 15:04") }
