package dunning

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/latefee"
)

// series numbers letters: CJ2026-000001.
const series = "CJ"

// Kind is how strong a letter is.
type Kind string

// The kinds.
const (
	Reminder Kind = "remind" // 提醒
	Demand   Kind = "demand" // 催告, in the words of a legal notice
)

// Letter is a 催缴单 as it was issued; it never changes but for its printings
// and its delivery.
type Letter struct {
	ID        id.ID
	Number    string
	Year      int
	Seq       int64 // 1..n per project and year, without gap
	Kind      Kind
	Nth       int // how many letters the room has got, this one included
	Room      id.ID
	RoomLabel string
	Payer     id.ID
	PayerName string
	Date      clock.Date
	Deadline  clock.Date
	Principal money.Fen
	Late      money.Fen
	Words     Setting // of the day of issue
	Prints    int
	Delivered clock.Date // 0 until it reached somebody
	By        id.ID
	ByName    string
	At        time.Time
	Lines     []Line
}

// Line is one obligation on a letter.
type Line struct {
	Charge    id.ID
	Item      string
	Month     clock.Month
	Due       clock.Date
	Principal money.Fen
	Days      int
	Late      money.Fen
	Basis     string // how the late fee was computed, and its ground
}

// Issue writes a letter for every chosen room and payer that is late, with the
// late fees of today. Rooms that owe nothing overdue get none. Errors:
// ErrNothing, ErrSetting when no contact is set.
func (s *Service) Issue(ctx context.Context, who actor.Actor, project id.ID, rooms []id.ID, kind Kind) ([]Letter, error) {
	var out []Letter
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		st, err := oneSetting(ctx, tx, project)
		if err != nil {
			return err
		}
		if st.Contact == "" {
			return ErrSetting.Say("请先在催缴设置里填写联系人和电话，住户要知道向谁问").At("body.contact", "要填写", "")
		}
		if kind != Reminder && kind != Demand {
			return ErrSetting.At("body.kind", "应为提醒或催告", string(kind))
		}
		if err := s.allThere(ctx, tx, project, rooms); err != nil {
			return err
		}
		if out, err = s.drafts(ctx, tx, project, rooms); err != nil {
			return err
		}
		if len(out) == 0 {
			return ErrNothing
		}
		for i := range out {
			l := &out[i]
			l.ID, l.Kind, l.Words, l.By, l.ByName, l.At = tx.NewID(), kind, st, who.Account, who.Name, tx.Now()
			l.Date, l.Year = clock.DateOf(tx.Now()), clock.DateOf(tx.Now()).Year()
			l.Deadline = l.Date.AddDays(st.DeadlineDays)
			if err := s.issue(ctx, tx, who, project, l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("issue letters: %w", err)
	}
	return out, nil
}

// allThere refuses the whole when one of the rooms is not of the project:
// fault.ErrNotFound.
func (s *Service) allThere(ctx context.Context, q db.Q, project id.ID, rooms []id.ID) error {
	labels, err := s.Estate.Labels(ctx, q, project, rooms)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if _, ok := labels[r]; !ok {
			return fault.ErrNotFound
		}
	}
	return nil
}

func (s *Service) issue(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, l *Letter) error {
	n, err := countLetters(ctx, tx, project, l.Room, l.Payer)
	if err != nil {
		return err
	}
	l.Nth = n + 1
	if l.Number, l.Seq, err = s.Ledger.NextDocument(ctx, tx, project, series, l.Year); err != nil {
		return err
	}
	s.Audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "dunning.letter_issued", Kind: "letter", Subject: l.ID,
		Summary: fmt.Sprintf("%s 催缴单 %s，本金 %s 元，违约金 %s 元", l.RoomLabel, l.Number, l.Principal.Comma(), l.Late.Comma()),
		After:   map[string]any{"number": l.Number, "principal": l.Principal, "late": l.Late, "lines": len(l.Lines)}})
	return insertLetter(ctx, tx, project, l)
}

// drafts are the letters without number, by room and payer.
func (s *Service) drafts(ctx context.Context, tx *db.Tx, project id.ID, rooms []id.ID) ([]Letter, error) {
	today := clock.DateOf(tx.Now())
	open, err := s.Billing.Open(ctx, tx, project, rooms)
	if err != nil {
		return nil, err
	}
	fees, err := s.LateFee.Fees(ctx, tx, project, rooms, today)
	if err != nil {
		return nil, err
	}
	labels, err := s.Estate.Labels(ctx, tx, project, rooms)
	if err != nil {
		return nil, err
	}
	type key struct{ room, payer id.ID }
	byKey, order := map[key]*Letter{}, []key{}
	add := func(c *billing.Charge, l Line) {
		k := key{c.Subject, c.Payer}
		if byKey[k] == nil {
			byKey[k], order = &Letter{Room: c.Subject, RoomLabel: labels[c.Subject], Payer: c.Payer}, append(order, k)
		}
		x := byKey[k]
		x.Lines, x.Principal, x.Late = append(x.Lines, l), x.Principal+l.Principal, x.Late+l.Late
	}
	for _, l := range overdueLines(open, fees, today) {
		add(l.charge, l.Line)
	}
	people := []id.ID{}
	for _, k := range order {
		if k.payer != 0 {
			people = append(people, k.payer)
		}
	}
	names, err := s.Estate.PersonNames(ctx, tx, project, people)
	if err != nil {
		return nil, err
	}
	out := []Letter{}
	for _, room := range rooms {
		for _, k := range order {
			if k.room == room {
				l := byKey[k]
				l.PayerName = names[k.payer]
				out = append(out, *l)
			}
		}
	}
	return out, nil
}

type chargeLine struct {
	charge *billing.Charge
	Line
}

// overdueLines are the overdue charges with their late fees, and the late fees
// that are left of charges paid meanwhile.
func overdueLines(open []billing.Charge, fees []latefee.Fee, today clock.Date) []chargeLine {
	late := map[id.ID]*latefee.Fee{}
	for i := range fees {
		late[fees[i].Charge.ID] = &fees[i]
	}
	line := func(c *billing.Charge) chargeLine {
		l := Line{Charge: c.ID, Item: c.ItemName, Month: c.Month, Due: c.Due, Principal: c.Owed(), Days: max(0, today.Sub(c.Due))}
		if f := late[c.ID]; f != nil {
			l.Days, l.Late, l.Basis = f.Result.Days, f.Left(), strings.Join(f.Lines(), "；")
			delete(late, c.ID)
		}
		return chargeLine{c, l}
	}
	var out []chargeLine
	for i := range open {
		if open[i].Due < today {
			out = append(out, line(&open[i]))
		}
	}
	for i := range fees {
		if f := &fees[i]; late[f.Charge.ID] != nil && f.Left() > 0 && f.Charge.Owed() == 0 {
			out = append(out, line(&f.Charge))
		}
	}
	return out
}

// LetterFilter narrows the list of letters; zero fields do not.
type LetterFilter struct {
	page.Request
	Room        id.ID
	Undelivered bool
}

// Letters lists letters without their lines, newest first.
func (s *Service) Letters(ctx context.Context, q db.Q, project id.ID, f LetterFilter) (page.List[Letter], error) {
	list, err := page.Newest(&f.Request, func(l Letter) id.ID { return l.ID }, func(before id.ID) ([]Letter, error) {
		return listLetters(ctx, q, project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list letters: %w", err)
	}
	return list, nil
}

// Letter reads one, whole. Error: fault.ErrNotFound.
func (s *Service) Letter(ctx context.Context, q db.Q, project, letter id.ID) (Letter, error) {
	return oneLetter(ctx, q, project, letter)
}

// Broken names the numbers that are missing between letters or behind them, and
// letters that do not add up.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	q := s.DB.Reader(ctx)
	out, err := brokenLetters(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check letters: %w", err)
	}
	have, err := numberedLetters(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("check letters: %w", err)
	}
	found, err := s.Ledger.BrokenNumbers(ctx, q, project, series, "催缴单", have)
	return append(out, found...), err
}
