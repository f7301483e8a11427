package privacy

import (
	"context"
	"fmt"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/estate/naming"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// What ties somebody; a page leads from each to where it is ended.
const (
	TieHome    = "home"    // belongs to a room, or a change of hands waits for him
	TieDebt    = "debt"    // owes, or will when a draft is released
	TieMoney   = "money"   // prepaid money
	TieRefund  = "refund"  // a refund under way
	TieOnline  = "online"  // an order or money of a channel that is not decided
	TieDeposit = "deposit" // a deposit is held
	TieInvoice = "invoice" // an invoice is asked for
)

// Tie is one thing that must be ended first. Room is 0 where none is meant.
type Tie struct {
	Kind string
	Text string // what it is and what to do
	Room id.ID
}

// Erasure is what having somebody forgotten would mean.
type Erasure struct {
	Person estate.Person
	Ties   []Tie
	rooms  []id.ID // that he ever belonged to
}

// Preview says what ties somebody. Error: fault.ErrNotFound.
func (s *Service) Preview(ctx context.Context, q db.Q, project, person id.ID) (Erasure, error) {
	p, err := s.Estate.Person(ctx, q, project, person)
	if err != nil {
		return Erasure{}, err
	}
	e := Erasure{Person: p}
	bonds, rooms, err := s.Estate.Bonds(ctx, q, project, person)
	if err != nil {
		return e, err
	}
	e.rooms = rooms
	for _, b := range bonds {
		text := b.RoomLabel + " 有一次还没到日的过户和他有关，请先取消，或等办完"
		if b.Part != "" {
			text = fmt.Sprintf("还登记在 %s（%s），请先办迁出或过户", b.RoomLabel, estate.Parts().Chinese(b.Part))
		}
		e.Ties = append(e.Ties, Tie{TieHome, text, b.Room})
	}
	for _, find := range []func(context.Context, db.Q, id.ID, *Erasure) error{s.debts, s.lateFees, s.money, s.papers} {
		if err := find(ctx, q, project, &e); err != nil {
			return e, fmt.Errorf("preview erasure: %w", err)
		}
	}
	return e, nil
}

func (e *Erasure) tie(kind string, room id.ID, format string, args ...any) {
	e.Ties = append(e.Ties, Tie{kind, fmt.Sprintf(format, args...), room})
}

func (s *Service) debts(ctx context.Context, q db.Q, project id.ID, e *Erasure) error {
	for _, draft := range []bool{false, true} {
		list, err := s.Billing.OwedByPayer(ctx, q, project, billing.ByPayer{Payer: e.Person.ID, Limit: 1, Draft: draft})
		if err != nil {
			return err
		}
		for _, o := range list {
			if draft {
				e.tie(TieDebt, o.Room, "没发布或暂缓的账单里有他的 %s 元，请先发布收清，或剔除", o.Amount.Yuan())
			} else {
				e.tie(TieDebt, o.Room, "还欠 %s 元，请先收清或减免", o.Amount.Yuan())
			}
		}
	}
	return nil
}

// lateFees are those of principal that is paid, too: they may still be asked for.
func (s *Service) lateFees(ctx context.Context, q db.Q, project id.ID, e *Erasure) error {
	fees, err := s.LateFee.Fees(ctx, q, project, e.rooms, clock.DateOf(s.DB.Clock().Now()))
	if err != nil {
		return err
	}
	var left money.Fen
	var room id.ID
	for i := range fees {
		if f := &fees[i]; f.Charge.Payer == e.Person.ID && f.Left() > 0 {
			left, room = left+f.Left(), f.Charge.Subject
		}
	}
	if left > 0 {
		e.tie(TieDebt, room, "还有违约金 %s 元没收，请先收取或减免", left.Yuan())
	}
	return nil
}

func (s *Service) money(ctx context.Context, q db.Q, project id.ID, e *Erasure) error {
	st, err := s.Payment.StandingOf(ctx, q, project, e.Person.ID)
	if err != nil {
		return err
	}
	if st.Prepaid > 0 {
		e.tie(TieMoney, first(e.rooms), "有预存 %s 元，请先退还或用完", st.Prepaid.Yuan())
	}
	if st.Orders > 0 {
		e.tie(TieOnline, 0, "有 %d 笔线上订单还没付完，请先取消，或等它过期", st.Orders)
	}
	if st.Candidates > 0 {
		e.tie(TieOnline, 0, "有 %d 笔线上多收的钱等你处理", st.Candidates)
	}
	refunds, err := s.Cashier.RefundsUnderWay(ctx, q, project, e.Person.ID)
	if err != nil {
		return err
	}
	if refunds > 0 || st.Held > 0 {
		e.tie(TieRefund, 0, "有退款正在办，请先付出或撤回")
	}
	return nil
}

func (s *Service) papers(ctx context.Context, q db.Q, project id.ID, e *Erasure) error {
	n, held, err := s.Deposit.HeldFor(ctx, q, project, e.Person.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		e.tie(TieDeposit, 0, "有 %d 笔押金共 %s 元，请先退还或转出", n, held.Yuan())
	}
	if n, err = s.Invoice.PendingFor(ctx, q, project, e.Person.ID); err != nil {
		return err
	}
	if n > 0 {
		e.tie(TieInvoice, 0, "有 %d 张发票没开完，请先开出或撤销", n)
	}
	return nil
}

func first(rooms []id.ID) id.ID {
	if len(rooms) == 0 {
		return 0
	}
	return rooms[0]
}

// Erase has somebody forgotten for good: name, numbers, tags, fields, messages,
// visits, titles of invoices and what was said when money was asked for, in one
// transaction. name is the name as it stands, typed again; reason says who asked and
// how he was known. Errors: ErrReason, ErrName, ErrTied, fault.ErrNotFound.
func (s *Service) Erase(ctx context.Context, who actor.Actor, project, person id.ID, name, reason string) error {
	reason = naming.Sentence(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return ErrReason.At("body.reason", ErrReason.Text, nil)
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		_, rooms, err := s.Estate.Bonds(ctx, tx, project, person)
		if err != nil {
			return err
		}
		if err := s.Estate.LockHomes(ctx, tx, project, rooms, person); err != nil {
			return err
		}
		e, err := s.Preview(ctx, tx, project, person)
		if err != nil {
			return err
		}
		if naming.Clean(name) != e.Person.Name {
			return ErrName.At("body.name", "应与登记的姓名一字不差", nil)
		}
		if len(e.Ties) > 0 {
			refused := ErrTied
			for _, t := range e.Ties {
				refused = refused.At("person", t.Text, nil)
			}
			return refused
		}
		if err := s.wipe(ctx, tx, project, person); err != nil {
			return err
		}
		s.Audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "privacy.erased", Kind: "person", Subject: person, Person: person,
			Summary: "注销个人信息：" + reason, After: map[string]any{"reason": reason}})
		return nil
	})
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	return nil
}

func (s *Service) wipe(ctx context.Context, tx *db.Tx, project, person id.ID) error {
	for _, forget := range []func(context.Context, *db.Tx, id.ID, id.ID) error{
		s.Invoice.ForgetTitles, s.Care.ForgetVisits, s.Dunning.ForgetPayer, s.Roster.ForgetPerson, s.Estate.ForgetPerson,
	} {
		if err := forget(ctx, tx, project, person); err != nil {
			return err
		}
	}
	return s.Notify.ForgetPerson(ctx, tx, project, person, estate.ForgottenName)
}
