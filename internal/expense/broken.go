package expense

import (
	"context"
	"fmt"

	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/ledger"
)

const maxNamed = 100

// Broken names documents that do not agree with the book or the log, gaps in
// their numbers, and documents decided by whoever entered them, as sentences for the
// operator; none is what should be.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.db.Reader(ctx)
	sums, err := s.ledger.SumsByDoc(ctx, q, project, 0, ledger.LastDoc, ledger.DocExpense, ledger.DocExpenseVoided)
	if err != nil {
		return nil, fmt.Errorf("check expenses: %w", err)
	}
	posted, reversed := map[id.ID]ledger.DocSum{}, map[id.ID]ledger.DocSum{}
	for _, x := range sums {
		if x.Kind == ledger.DocExpense {
			posted[x.Doc] = x
		} else {
			reversed[x.Doc] = x
		}
	}
	out, err := s.brokenNumbers(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check expenses: %w", err)
	}
	numbers, err := s.ledger.Prefixes(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check expenses: %w", err)
	}
	now := map[id.ID]any{}
	err = eachDoc(ctx, q, project, func(d *Doc) {
		f := d.facts()
		delete(f, "category") // it is called as it is called today
		now[d.ID] = f
		out = append(out, d.compare(posted[d.ID], reversed[d.ID], numbers)...)
		delete(posted, d.ID)
		delete(reversed, d.ID)
	})
	if err != nil {
		return nil, fmt.Errorf("check expenses: %w", err)
	}
	for doc := range posted {
		out = append(out, fmt.Sprintf("账上有支出单 %s 的记录，单据却不存在", doc))
	}
	unlike, err := s.audit.Unlike(ctx, q, project, kind, "支出单", now)
	if err != nil {
		return nil, fmt.Errorf("check expenses: %w", err)
	}
	out = append(out, unlike...)
	return out[:min(len(out), maxNamed)], nil
}

func (d *Doc) compare(posted, reversed ledger.DocSum, numbers ledger.Prefixes) []string {
	var out []string
	say := func(form string, args ...any) {
		out = append(out, fmt.Sprintf("支出单 %s（%s）", d.Number, d.ID)+fmt.Sprintf(form, args...))
	}
	want, back := d.Amount, d.Amount
	if d.State != Approved && d.State != Voided {
		want = 0
	}
	if d.State != Voided {
		back = 0
	}
	if posted.Amount != want || reversed.Amount != back {
		say("应记账 %s 元、冲回 %s 元，账上是 %s 元、%s 元", want.Yuan(), back.Yuan(), posted.Amount.Yuan(), reversed.Amount.Yuan())
	}
	if want != 0 && posted.Amount != 0 && (posted.From != d.PostedOn || posted.Until != d.PostedOn) {
		say("记账日期是 %s，账上记在 %s", d.PostedOn, posted.From)
	}
	if d.DecidedBy != 0 && d.DecidedBy == d.AskedBy {
		say("是录入的人自己批的")
	}
	if d.State == Approved && d.Number != numbers.Number(series, d.Year, d.Seq) || d.State == Voided && d.VoidNumber != numbers.Number(voidSeries, d.VoidYear, d.VoidSeq) {
		say("的号码与顺序号不符")
	}
	return out
}

func (s *Service) brokenNumbers(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out := []string{}
	for _, one := range []struct{ series, year, seq string }{{series, "year", "seq"}, {voidSeries, "void_year", "void_seq"}} {
		stands, err := s.ledger.LastNumbers(ctx, q, project, one.series)
		if err != nil {
			return nil, err
		}
		have, err := numbersBy(ctx, q, project, one.year, one.seq)
		if err != nil {
			return nil, err
		}
		for year, x := range have {
			if x != (numbersOf{stands[year], stands[year]}) {
				out = append(out, fmt.Sprintf("%d 年 %s 号码已发到第 %d 号，单据却有 %d 张，最后是第 %d 号", year, one.series, stands[year], x.count, x.last))
			}
			delete(stands, year)
		}
		for year, last := range stands {
			out = append(out, fmt.Sprintf("%d 年 %s 号码已发到第 %d 号，却一张单据也没有", year, one.series, last))
		}
	}
	return out, nil
}
