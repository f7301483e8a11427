package dunning

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// paperLetter is what the template sees: texts only.
type paperLetter struct {
	Company, Project, Number, Nth, Date, Title, Room, Payer, Deadline string
	Total, Upper, Principal, Late, Account, Objection, Contact, Extra string
	Demand                                                            bool
	PayCode                                                           template.HTML
	Rows                                                              []paperRow
	Grounds                                                           []string
}

type paperRow struct{ Month, Item, How, Due, Principal, Days, Late, Sum string }

// Print is letters as one page to print, each on a sheet of its own; it counts
// on every letter. Names are masked: the paper may hang on a door. Errors:
// fault.ErrNotFound.
func (s *Service) Print(ctx context.Context, who actor.Actor, project id.ID, letters []id.ID) ([]byte, error) {
	p, err := s.Estate.Project(ctx, s.DB.Reader(ctx), project)
	if err != nil {
		return nil, fmt.Errorf("print letters: %w", err)
	}
	company := ""
	if s.Company != nil {
		if company, err = s.Company(ctx); err != nil {
			return nil, fmt.Errorf("print letters: %w", err)
		}
	}
	var list []paperLetter
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		list = list[:0]
		all, said, err := s.printed(ctx, tx, project, letters)
		if err != nil {
			return err
		}
		for i := range all {
			l := &all[i]
			on := onPaper(l, said, company, p.Name)
			if s.PayCode != nil {
				svg, err := s.PayCode(ctx, tx, who, project, l.Room, l.Payer)
				if err != nil {
					return err
				}
				on.PayCode = template.HTML(svg) // drawn by the house, nothing in it was typed
			}
			list = append(list, on)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("print letters: %w", err)
	}
	var b bytes.Buffer
	if err := s.paper.Execute(&b, list); err != nil {
		return nil, fmt.Errorf("print letters: %w", err)
	}
	return b.Bytes(), nil
}

// printed counts a printing on each letter and reads them, with what their
// charges were computed from.
func (s *Service) printed(ctx context.Context, tx *db.Tx, project id.ID, letters []id.ID) ([]Letter, map[id.ID]billing.Explanation, error) {
	var out []Letter
	var charges []id.ID
	for _, x := range letters {
		if err := countPrint(ctx, tx, project, x); err != nil {
			return nil, nil, err
		}
		l, err := oneLetter(ctx, tx, project, x)
		if err != nil {
			return nil, nil, err
		}
		for _, line := range l.Lines {
			charges = append(charges, line.Charge)
		}
		out = append(out, l)
	}
	said, err := s.Billing.ExplainAll(ctx, tx, project, charges)
	return out, said, err
}

// how is what one row was computed from; of what was paid in part it names the whole.
func how(l *Line, e *billing.Explanation) string {
	out := e.Short()
	if l.Principal == e.Amount {
		return out
	}
	if out != "" {
		out += "，"
	}
	return out + "应收 " + e.Amount.Comma()
}

func onPaper(l *Letter, said map[id.ID]billing.Explanation, company, project string) paperLetter {
	total := l.Principal + l.Late
	p := paperLetter{Company: company, Project: project, Number: l.Number, Nth: fmt.Sprintf("第 %d 次通知", l.Nth), Date: day(l.Date), Title: "催缴单",
		Room: l.RoomLabel, Payer: Masked(l.PayerName), Deadline: day(l.Deadline), Total: total.Comma(), Upper: money.Upper(total),
		Principal: l.Principal.Comma(), Late: l.Late.Comma(), Account: l.Words.Account, Objection: l.Words.Objection, Contact: l.Words.Contact,
		Extra: l.Words.Extra, Demand: l.Kind == Demand}
	if p.Demand {
		p.Title = "催告函"
	}
	for _, x := range l.Lines {
		e := said[x.Charge]
		r := paperRow{x.Month.String(), x.Item, how(&x, &e), x.Due.String(), x.Principal.Comma(), fmt.Sprint(x.Days), "不计", (x.Principal + x.Late).Comma()}
		if x.Basis != "" {
			r.Late = x.Late.Comma()
			p.Grounds = append(p.Grounds, fmt.Sprintf("%s %s：%s", x.Month, x.Item, x.Basis))
		}
		p.Rows = append(p.Rows, r)
	}
	p.Grounds = slices.Compact(p.Grounds)
	return p
}

func day(d clock.Date) string {
	return fmt.Sprintf("%d年%d月%d日", d.Year(), d.Month().Number(), d.Day())
}

// Masked hides a name but for its ends: 王*明, 王*.
func Masked(name string) string {
	r := []rune(name)
	switch len(r) {
	case 0:
		return ""
	case 1:
		return "*"
	case 2:
		return string(r[0]) + "*"
	}
	return string(r[0]) + strings.Repeat("*", len(r)-2) + string(r[len(r)-1])
}
