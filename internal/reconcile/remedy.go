package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// What is refused about differences.
var (
	ErrDifferenceDone = fault.New(fault.Conflict, "difference_done", "这处差异已经处理过了")
	ErrRemedy         = fault.New(fault.Conflict, "difference_remedy", "这种差异不能这样处理")
	ErrRemedyNote     = fault.New(fault.Invalid, "difference_note", "请写明情况，1–200 个字")
)

// Remedy is how a difference was dealt with.
type Remedy string

// The remedies.
const (
	RemedyCredit   Remedy = "credit"   // the order is credited as by a callback
	RemedySuspend  Remedy = "suspend"  // the money goes to the list of refund candidates
	RemedyReturned Remedy = "returned" // the channel has given the money back
	RemedyHold     Remedy = "hold"     // noted, to be looked into outside
)

// Words is the remedy for people.
func (r Remedy) Words() string {
	switch r {
	case RemedyCredit:
		return "补记到账"
	case RemedySuspend:
		return "登记为待查"
	case RemedyReturned:
		return "确认由渠道退回"
	case RemedyHold:
		return "挂账待查"
	}
	return ""
}

// Remedies are what can be done about a kind of difference.
func (k DifferenceKind) Remedies() []Remedy {
	switch k {
	case KindUncredited:
		return []Remedy{RemedyCredit, RemedyReturned}
	case KindUnknown:
		return []Remedy{RemedySuspend, RemedyReturned}
	case KindRefund:
		return []Remedy{RemedyReturned}
	case KindMissing, KindAmount, KindState:
		return []Remedy{RemedyHold, RemedyReturned}
	case KindFee, KindBackMissed, KindBackAmount:
		return []Remedy{RemedyHold}
	}
	return nil
}

// needsNote tells remedies that stand for something that a person knows from
// outside.
func (r Remedy) needsNote() bool { return r == RemedyReturned || r == RemedyHold }

// DifferenceFilter narrows the list; zero values are all.
type DifferenceFilter struct {
	page.Request
	Statement id.ID
	State     DifferenceState
	Kind      DifferenceKind
}

// Differences lists them, newest day first.
func (s *Service) Differences(ctx context.Context, project id.ID, f DifferenceFilter) (page.List[Difference], error) {
	list, err := differences(ctx, s.db.Reader(ctx), project, f)
	if err != nil {
		return list, fmt.Errorf("list differences: %w", err)
	}
	return list, nil
}

// DifferenceTotal adds up all pages of a filter.
func (s *Service) DifferenceTotal(ctx context.Context, project id.ID, f DifferenceFilter) (DifferenceSums, error) {
	sums, err := sumDifferences(ctx, s.db.Reader(ctx), project, f)
	if err != nil {
		return sums, fmt.Errorf("add up differences: %w", err)
	}
	return sums, nil
}

// Settle deals with a difference. Errors: fault.ErrNotFound, ErrDifferenceDone,
// ErrRemedy, ErrRemedyNote.
func (s *Service) Settle(ctx context.Context, who actor.Actor, project, difference id.ID, remedy Remedy, note string) (Difference, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); n > 200 || n == 0 && remedy.needsNote() {
		return Difference{}, ErrRemedyNote.At("body.note", "1–200 个字", nil)
	}
	var d Difference
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.credit(ctx, tx, who, project, difference, remedy, note); err != nil {
			return err
		}
		var err error
		d, err = oneDifference(ctx, tx, project, difference)
		return err
	})
	if err != nil {
		return Difference{}, fmt.Errorf("settle difference: %w", err)
	}
	return d, nil
}

// credit carries out a remedy and notes it, with the counts of the day.
func (s *Service) credit(ctx context.Context, tx *db.Tx, who actor.Actor, project, difference id.ID, remedy Remedy, note string) error {
	d, err := oneDifference(ctx, tx, project, difference)
	if err != nil {
		return err
	}
	// The order of locks is that of a callback: what is booked first, then the day.
	if remedy == RemedyCredit || remedy == RemedySuspend {
		if !slices.Contains(d.Kind.Remedies(), remedy) {
			return ErrRemedy
		}
		if d.State == DifferenceOpen {
			if err := s.payment.Apply(db.Join(ctx, tx), project, d.Channel, d.trade()); err != nil {
				return err
			}
		}
	}
	st, err := lockStatement(ctx, tx, project, d.Statement)
	if err != nil {
		return err
	}
	if d, err = oneDifference(ctx, tx, project, difference); err != nil {
		return err
	}
	switch {
	case d.State != DifferenceOpen:
		return ErrDifferenceDone.Say("这处差异已由%s处理：%s", d.DoneName, d.Remedy.Words())
	case !slices.Contains(d.Kind.Remedies(), remedy):
		return ErrRemedy
	}
	if err := s.settled(ctx, tx, who, project, &d, remedy, note); err != nil {
		return err
	}
	if err := sumStatement(ctx, tx, project, &st); err != nil {
		return err
	}
	return updateStatement(ctx, tx, project, &st)
}

// settled notes that an open difference was dealt with.
func (s *Service) settled(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, d *Difference, remedy Remedy, note string) error {
	d.State, d.Remedy, d.Note, d.DoneBy, d.DoneName, d.DoneAt = DifferenceDone, remedy, note, who.Account, who.Name, tx.Now()
	if err := updateDifference(ctx, tx, project, d); err != nil {
		return err
	}
	summary := fmt.Sprintf("对账差异 %s %s（%s）：%s", d.Day, d.Number, d.Kind.Words(), remedy.Words())
	if note != "" {
		summary += "，" + note
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "payment.difference_settled", Kind: "difference", Subject: d.ID, Summary: summary,
		After: map[string]any{"kind": d.Kind, "transaction": d.Transaction, "there": d.There, "here": d.Here, "remedy": remedy, "note": note}})
	return nil
}
