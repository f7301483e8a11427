package termination

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/cashier/paper"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Print is the document on A4 with places to sign: how the amount came about,
// the receipts that it goes back of, and how. Error: fault.ErrNotFound.
func (s *Service) Print(ctx context.Context, project, doc id.ID) ([]byte, error) {
	q := s.db.Reader(ctx)
	d, err := oneDoc(ctx, q, project, doc)
	if err != nil {
		return nil, err
	}
	pr, err := s.estate.Project(ctx, q, project)
	if err != nil {
		return nil, err
	}
	p := d.paper()
	p.Project, p.Foot = pr.Name, "付出时，没有服务的月份各开一张应收红冲单收回。打印时间 "+minute(s.db.Clock().Now())
	if s.company != nil {
		if p.Company, err = s.company(ctx); err != nil {
			return nil, err
		}
	}
	return p.Render()
}

func (d *Doc) paper() *paper.Doc {
	number := d.Number
	if number == "" {
		number = "批准后给号"
	}
	policy := "已服务的按原价重算"
	if d.Policy == ProRata {
		policy = "没服务的按比例退"
	}
	p := &paper.Doc{Title: "提前终止退费单", Number: number, Facts: [][4]string{
		{"房屋", d.RoomLabel, "缴费人", d.PayerName},
		{"费用", d.ItemName, "账期", fmt.Sprintf("%s 至 %s，已服务 %s", d.From, d.Until, d.Served())},
		{"怎么算", policy, "怎么退", d.back()},
		{"申请", d.Asker + " " + minute(d.AskedAt), "批准", d.Decider},
	}, Upper: money.Upper(d.Refund), Sum: d.Refund.Comma(), Signs: []string{"缴费人签字", "经办人签字", "批准人签字"}}
	rows := make([][]string, len(d.Parts))
	for i, x := range d.Parts {
		months := make([]string, len(x.Lines))
		for n, l := range x.Lines {
			months[n] = l.Month.String()
		}
		rows[i] = []string{fmt.Sprint(i + 1), x.ReceiptNumber, between(months), x.Kept.Comma(), x.Amount.Comma()}
	}
	p.Parts = []paper.DocPart{
		{Title: "一、怎么算的", Said: d.Lines()},
		{Title: "二、从哪些收据退", Heads: []string{"序", "收据", "收回的月份", "留作已服务（元）", "退（元）"}, Money: 3, Rows: rows,
			Total: []string{"合计", d.Kept.Comma(), d.Refund.Comma()}},
		{Title: "三、原因和依据", Said: []string{strings.Trim(d.Reason+"；"+d.Proof, "；")}},
	}
	p.Stamp = map[State]string{Refused: "作废", Withdrawn: "作废", Asked: "待批准", Approved: "待付出", Partly: "部分付出"}[d.State]
	return p
}

// back says in words how the money goes back.
func (d *Doc) back() string {
	switch {
	case d.Original:
		return "原路退回"
	case d.Account != "":
		return d.Method.Name() + "，退到 " + d.Account
	case d.Method == "prepay":
		return "转为预存"
	}
	return d.Method.Name()
}

// between shortens months in order to the first and the last.
func between(months []string) string {
	if len(months) < 3 {
		return strings.Join(months, "、")
	}
	return fmt.Sprintf("%s 至 %s，%d 个月", months[0], months[len(months)-1], len(months))
}

func minute(t time.Time) string { return t.In(clock.Shanghai()).Format("2006-01-02 15:04") }
