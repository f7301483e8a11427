package shift

import (
	"bytes"
	"context"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"time"

	"linli/internal/cashier"
	"linli/internal/cashier/paper"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

//go:embed print/*
var files embed.FS

// ErrShiftRuns is answered when a shift that is not closed is to be printed.
var ErrShiftRuns = fault.New(fault.Conflict, "shift_not_closed", "交班以后才能打印交班单")

// shiftPaper is what the template of 交班单 sees: texts only.
type shiftPaper struct {
	Style                                      template.CSS
	Company, Project, Number, Cashier, Closer  string
	From, Until, Range, Printed, Seal          string
	Imprest, Cash, CashBack, CashVoided        string
	Expected, Taken, Refunded, Voided          string
	Counted, Difference, Reason, Handed, Upper string
	Kept, Income, Prepaid, Held                string
	Sums                                       [][]string
	Items                                      [][]string
	Notes                                      [][]string
	Voids, Reds                                [][]string
	Recounts                                   int
}

// PrintShift is the report of a closed shift for A4, with lines to sign and
// the end of the audit log as it stands at the printing.
// Errors: ErrShiftRuns, fault.ErrNotFound.
func (s *Service) PrintShift(ctx context.Context, who actor.Actor, project, shift id.ID) ([]byte, error) {
	sh, err := s.Shift(ctx, who, project, shift)
	if err != nil {
		return nil, err
	}
	if sh.State != cashier.ShiftClosed {
		return nil, ErrShiftRuns
	}
	p, err := s.shiftPaper(ctx, project, &sh)
	if err != nil {
		return nil, fmt.Errorf("print shift: %w", err)
	}
	tpl, err := template.ParseFS(files, "print/shift.html")
	if err != nil {
		return nil, fmt.Errorf("print shift: %w", err)
	}
	var out bytes.Buffer
	if err := tpl.Execute(&out, p); err != nil {
		return nil, fmt.Errorf("print shift: %w", err)
	}
	return out.Bytes(), nil
}

func (s *Service) shiftPaper(ctx context.Context, project id.ID, sh *Shift) (*shiftPaper, error) {
	q := s.db.Reader(ctx)
	pr, err := s.estate.Project(ctx, q, project)
	if err != nil {
		return nil, err
	}
	p := &shiftPaper{Style: paper.Style(), Project: pr.Name, Number: sh.Number, Cashier: sh.CashierName, Closer: sh.ClosedName,
		From: minute(sh.OpenedAt), Until: minute(sh.ClosedAt), Printed: minute(s.db.Clock().Now()), Imprest: sh.Imprest.Comma(),
		Expected: sh.Expected.Comma(), Counted: sh.Counted.Comma(), Difference: differenceWords(sh.Difference()), Reason: sh.Reason,
		Handed: sh.Handed.Comma(), Upper: money.Upper(sh.Handed), Kept: sh.Kept().Comma(), Income: sh.Income().Comma(), Recounts: len(sh.Counts) - 1}
	if s.company != nil {
		if p.Company, err = s.company(ctx); err != nil {
			return nil, err
		}
	}
	p.sums(sh)
	facts, err := s.cashier.ShiftFacts(ctx, q, project, sh.ID)
	if err != nil {
		return nil, err
	}
	p.facts(&facts)
	seq, mac, err := s.audit.Head(ctx, project)
	if err != nil {
		return nil, err
	}
	p.Seal = fmt.Sprintf("第 %d 条 %s", seq, hex.EncodeToString(mac[:min(len(mac), 8)]))
	return p, nil
}

func (p *shiftPaper) sums(sh *Shift) {
	sum := sh.Money()
	_, in := taken(&sum)
	p.Taken, p.Refunded, p.Voided = in.Comma(), sum.Refunded.Comma(), sum.Voided.Comma()
	p.Cash, p.CashBack, p.CashVoided = money.Fen(0).Comma(), money.Fen(0).Comma(), money.Fen(0).Comma()
	for _, m := range sh.Sums {
		n, in := taken(&m)
		switch m.Method {
		case cashier.MethodCash:
			p.Cash, p.CashBack, p.CashVoided = in.Comma(), m.Refunded.Comma(), m.Voided.Comma()
		case cashier.MethodPrepay, cashier.MethodDeposit:
			used := fmt.Sprintf("%d 笔 %s 元，退回 %d 笔 %s 元，作废 %d 笔 %s 元", n, in.Comma(), m.Refunds, m.Refunded.Comma(), m.Voids, m.Voided.Comma())
			if m.Method == cashier.MethodPrepay {
				p.Prepaid = used
			} else {
				p.Held = used
			}
			continue
		}
		p.Sums = append(p.Sums, []string{m.Method.Name(), fmt.Sprint(n), in.Comma(), fmt.Sprint(m.Refunds), m.Refunded.Comma(),
			fmt.Sprint(m.Voids), m.Voided.Comma(), m.Net().Comma()})
	}
	if len(sh.Counts) == 0 {
		return
	}
	for _, n := range sh.Counts[len(sh.Counts)-1].Notes {
		p.Notes = append(p.Notes, []string{n.Value.Comma(), fmt.Sprint(n.N), (n.Value * money.Fen(n.N)).Comma()})
	}
}

// facts writes down what the shift took, and what was taken back.
func (p *shiftPaper) facts(f *cashier.ShiftFacts) {
	for _, i := range f.Items {
		p.Items = append(p.Items, []string{i.Name, fmt.Sprint(i.Receipts), i.Amount.Comma()})
	}
	for _, v := range f.Voids {
		p.Voids = append(p.Voids, []string{v.Number, v.Room, v.Amount.Comma(), minute(v.At) + " " + v.By, v.Reason})
	}
	for _, r := range f.Reds {
		p.Reds = append(p.Reds, []string{r.Number, r.Room, r.Amount.Comma(), r.Of, r.By + "：" + r.Reason})
	}
	if p.Range = "没有收据"; f.Count > 0 {
		p.Range = fmt.Sprintf("%s 至 %s，本班 %d 张，作废 %d 张", f.First, f.Last, f.Count, len(f.Voids))
	}
}

func minute(t time.Time) string { return t.In(clock.Shanghai()).Format("2006-01-02 15:04") }
