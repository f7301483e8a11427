package shift

import (
	"context"
	"fmt"

	"linli/internal/audit"
	"linli/internal/cashier"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

const (
	deedClosed = "cashier.shift_closed"
	chunk      = 400 // shifts in one statement
)

// Broken names receipts that are in no shift of their cashier, and closed shifts
// that contradict their receipts, their numbers or the log. Ask it inside a
// db.Snapshot while others write.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	out, err := s.broken(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return nil, fmt.Errorf("check shifts: %w", err)
	}
	return out, nil
}

func (s *Service) broken(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out, err := s.brokenNumbers(ctx, q, project)
	if err != nil {
		return nil, err
	}
	numbers, err := s.ledger.Prefixes(ctx, q, project)
	if err != nil {
		return nil, err
	}
	deeds, err := s.audit.Deeds(ctx, q, project, 0, ledger.LastDoc, deedClosed)
	if err != nil {
		return nil, err
	}
	for after := id.ID(0); ; {
		page, err := s.closedAfter(ctx, q, project, after, chunk)
		if err != nil {
			return nil, err
		}
		live, err := s.cashier.ShiftSums(ctx, q, project, ids(page))
		if err != nil {
			return nil, err
		}
		for i := range page {
			deed := audit.Deed{Action: deedClosed, Subject: page[i].ID}
			out = append(out, page[i].contradictions(live[page[i].ID], deeds[deed], numbers)...)
			delete(deeds, deed)
		}
		if len(page) < chunk {
			break
		}
		after = page[len(page)-1].ID
	}
	for deed := range deeds {
		out = append(out, fmt.Sprintf("操作日志说班次 %s 已交班，却没有这张交班单", deed.Subject))
	}
	return out[:min(len(out), 100)], nil
}

// contradictions holds one closed shift against what its receipts say now.
func (sh *Shift) contradictions(live []cashier.ShiftSum, deeds int, numbers ledger.Prefixes) []string {
	var out []string
	say := func(form string, args ...any) {
		out = append(out, fmt.Sprintf("交班单 %s（%s）", sh.Number, sh.ID)+fmt.Sprintf(form, args...))
	}
	kept := map[cashier.Method]cashier.ShiftSum{}
	for _, m := range sh.Sums {
		kept[m.Method] = m
	}
	for _, m := range live {
		if kept[m.Method] != m {
			say("记%s %d 笔 %s 元、作废 %d 笔 %s 元，收据合计 %d 笔 %s 元、作废 %d 笔 %s 元", m.Method.Name(), kept[m.Method].Receipts,
				kept[m.Method].Amount.Yuan(), kept[m.Method].Voids, kept[m.Method].Voided.Yuan(), m.Receipts, m.Amount.Yuan(), m.Voids, m.Voided.Yuan())
		}
		delete(kept, m.Method)
	}
	for _, m := range kept {
		say("记%s %s 元，却没有这样的收据", m.Method.Name(), m.Amount.Yuan())
	}
	if due := sh.cashDue(); due != sh.Expected {
		say("应有现金记的是 %s 元，按备用金和收付应为 %s 元", sh.Expected.Yuan(), due.Yuan())
	}
	var counted money.Fen = -1
	if len(sh.Counts) > 0 {
		counted = sh.Counts[len(sh.Counts)-1].Counted
	}
	if counted != sh.Counted {
		say("点出的现金记的是 %s 元，与点款记录不符", sh.Counted.Yuan())
	}
	if sh.Number != numbers.Number(series, sh.Year, sh.Seq) {
		say("的号码与第 %d 号不符", sh.Seq)
	}
	if deeds != 1 {
		say("与操作日志里的交班记录对不上")
	}
	return out
}

func (s *Service) brokenNumbers(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out, err := s.strayReceipts(ctx, q, project)
	if err != nil {
		return nil, err
	}
	stands, err := s.ledger.LastNumbers(ctx, q, project, series)
	if err != nil {
		return nil, err
	}
	numbers, err := s.ledger.Prefixes(ctx, q, project)
	if err != nil {
		return nil, err
	}
	years, err := shiftYears(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for year := range stands {
		if _, ok := years[year]; !ok {
			years[year] = [2]int64{}
		}
	}
	for year, y := range years {
		if n, last := y[0], y[1]; n != last || last != stands[year] {
			out = append(out, fmt.Sprintf("%d 年交班单号已发到 %s，交班单却有 %d 张，最后是第 %d 号", year, numbers.Number(series, year, stands[year]), n, last))
		}
	}
	return out, nil
}

// strayReceipts names receipts without a shift of their cashier.
func (s *Service) strayReceipts(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	owners, err := s.cashier.ShiftOwners(ctx, q, project)
	if err != nil {
		return nil, err
	}
	cashiers, err := shiftCashiers(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, o := range owners {
		of, known := cashiers[o.Shift]
		if known && of.cashier == o.Cashier {
			continue
		}
		which := "收据 " + o.First
		if o.Receipts > 1 {
			which += fmt.Sprintf(" 等 %d 张", o.Receipts)
		}
		if known {
			out = append(out, fmt.Sprintf("%s 不该在班次 %s（%s）里：收费员不是同一人", which, of.number, o.Shift))
		} else {
			out = append(out, which+" 不属于任何一班")
		}
	}
	return out, nil
}

func ids(shifts []Shift) []id.ID {
	out := make([]id.ID, len(shifts))
	for i := range shifts {
		out[i] = shifts[i].ID
	}
	return out
}
