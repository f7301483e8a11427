package screen

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// HandOver is a change of hands as the desk enters it.
type HandOver struct {
	Room       id.ID
	To         id.ID               // somebody of the roster, or
	NewOwner   *estate.PersonInput // somebody new to it
	Date       clock.Date          // first day of the new owner
	MoveWallet bool                // prepaid money goes along
	Leaving    []id.ID             // entries of others that end with the owners'
	Note       string
	Within     actor.Buildings // what the right of who enters it is limited to; nil is the project
}

// HandOverPreview says what a change of hands would mean.
type HandOverPreview struct {
	Room      estate.Room
	From      *estate.Person // who pays now
	People    []estate.Occupant
	SamePayer bool // somebody else pays and goes on paying
	Arrears   []billing.Charge
	Owed      money.Fen // of Arrears
	Splits    []billing.PayerSplit
	OldShare  money.Fen // of what is cut or moved: left with the old side
	NewShare  money.Fen // and with the new one
	Prepaid   money.Fen
	Future    bool // takes effect on its day
}

// newPayer stands for the new owner while he is not on file yet.
const newPayer = id.ID(1)

// PreviewHandOver reads what PreviewHandOver says. Errors: those of
// estate.CheckTransfer and billing.PlanPayers.
func (s *Service) PreviewHandOver(ctx context.Context, project, room, to id.ID, date clock.Date) (*HandOverPreview, error) {
	q := s.db.Reader(ctx)
	if err := s.estate.CheckTransfer(ctx, q, project, room, to, date); err != nil {
		return nil, err
	}
	h, err := s.estate.Household(ctx, q, project, room)
	if err != nil {
		return nil, err
	}
	p := &HandOverPreview{Room: h.Room, From: h.Payer, People: h.People, Future: date > clock.DateOf(s.db.Clock().Now())}
	if to == 0 {
		to = newPayer
	}
	for _, o := range h.People {
		p.SamePayer = p.SamePayer || o.Payer && o.Part != estate.PartOwner
	}
	if p.SamePayer || h.Payer == nil {
		return p, nil
	}
	changes, err := s.changes(ctx, q, project, room, date)
	if err != nil {
		return nil, err
	}
	changes = append(changes, estate.PayerChange{Room: room, Date: date, From: h.Payer.ID})
	p.Splits, err = s.billing.PlanPayers(ctx, q, project, billing.PayerMove{Room: room, Date: date, Giver: h.Payer.ID, Taker: to,
		Handover: h.Room.Handover, Changes: changes})
	if err != nil {
		return nil, err
	}
	for _, x := range p.Splits {
		for _, part := range x.Parts {
			if part.Payer == to {
				p.NewShare += part.Amount
			} else {
				p.OldShare += part.Amount
			}
		}
	}
	return p, s.addArrears(ctx, q, project, p, date)
}

// addArrears adds what stays with the old owner: unpaid charges of the months
// before, and the prepaid money.
func (s *Service) addArrears(ctx context.Context, q db.Q, project id.ID, p *HandOverPreview, date clock.Date) error {
	open, err := s.billing.Open(ctx, q, project, []id.ID{p.Room.ID})
	if err != nil {
		return err
	}
	for _, c := range open {
		if c.Month < date.Month() {
			p.Arrears = append(p.Arrears, c)
			p.Owed += c.Owed()
		}
	}
	p.Prepaid, err = s.payment.Owned(ctx, q, project, p.Room.ID, p.From.ID)
	return err
}

// reachHandOver refuses a room outside of the limit, and a new owner who is
// somebody elsewhere only; to 0 is not known yet. Errors: estate.ErrNoRoom,
// fault.ErrNotFound.
func (s *Service) reachHandOver(ctx context.Context, q db.Q, project, room, to id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	if _, err := s.estate.RoomWithin(ctx, q, project, room, within); err != nil || to == 0 {
		return err
	}
	if _, err := s.estate.Person(ctx, q, project, to); err != nil {
		return err
	}
	return s.estate.ReachNewcomer(ctx, q, project, to, within)
}

// reachTransfer refuses a change of hands of a room outside of the limit.
// Error: fault.ErrNotFound.
func (s *Service) reachTransfer(ctx context.Context, q db.Q, project, transfer id.ID, within actor.Buildings) error {
	if within.Whole() {
		return nil
	}
	t, err := s.estate.Transfer(ctx, q, project, transfer)
	if err != nil {
		return err
	}
	if _, err = s.estate.RoomWithin(ctx, q, project, t.Room, within); errors.Is(err, estate.ErrNoRoom) {
		return fault.ErrNotFound
	}
	return err
}

// changes are the changes of hands of a room from the month of a day on.
func (s *Service) changes(ctx context.Context, q db.Q, project, room id.ID, date clock.Date) ([]estate.PayerChange, error) {
	return s.estate.PayerChanges(ctx, q, project, room-1, room, date.Month().First())
}

// HandOver makes a room change hands, today's or earlier ones at once, later
// ones on their day: owners, charges and prepaid money in one transaction.
// Errors: those of estate.PlanTransfer and billing.MovePayers, fault.ErrNotFound
// for a new owner who is somebody outside of the limit only.
func (s *Service) HandOver(ctx context.Context, who actor.Actor, project id.ID, in HandOver) (estate.Transfer, error) {
	var t estate.Transfer
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.reachHandOver(ctx, tx, project, in.Room, in.To, in.Within); err != nil {
			return err
		}
		if in.NewOwner != nil {
			p, err := s.estate.CreatePerson(ctx, tx, who, project, *in.NewOwner)
			if err != nil {
				return err
			}
			in.To = p.ID
		}
		var err error
		t, err = s.estate.PlanTransfer(ctx, tx, who, project, estate.Transfer{Room: in.Room, To: in.To, Date: in.Date,
			MoveWallet: in.MoveWallet, Leaving: in.Leaving, Note: in.Note})
		if err != nil || t.Date > clock.DateOf(tx.Now()) {
			return err
		}
		t, err = s.effect(ctx, tx, who, project, t.ID)
		return err
	})
	if err != nil {
		return t, fmt.Errorf("hand over: %w", err)
	}
	return t, nil
}

// effect makes a planned change of hands true.
func (s *Service) effect(ctx context.Context, tx *db.Tx, who actor.Actor, project, transfer id.ID) (estate.Transfer, error) {
	t, payer, err := s.estate.EffectTransfer(ctx, tx, who, project, transfer)
	if err != nil || t.From == 0 || payer == t.From {
		return t, err
	}
	room, err := s.estate.Room(ctx, tx, project, t.Room)
	if err != nil {
		return t, err
	}
	changes, err := s.changes(ctx, tx, project, t.Room, t.Date)
	if err != nil {
		return t, err
	}
	_, err = s.billing.MovePayers(ctx, tx, who, project, billing.PayerMove{Room: t.Room, Date: t.Date, Giver: t.From, Taker: payer,
		Handover: room.Handover, Changes: changes, Why: "过户 " + t.RoomLabel})
	if err != nil || !t.MoveWallet {
		return t, err
	}
	_, err = s.payment.Move(ctx, tx, project, t.Room, t.From, payer, ledger.DocTransfer, t.ID)
	return t, err
}

// UndoHandOver takes a change of hands back while nothing of what went over
// is paid or spent; one whose day has not come is cancelled. Errors:
// billing.ErrPayerPaid, payment.ErrBalance, those of estate.UndoTransfer.
func (s *Service) UndoHandOver(ctx context.Context, who actor.Actor, project, transfer id.ID, reason string) (estate.Transfer, error) {
	var t estate.Transfer
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		old, err := s.estate.Transfer(ctx, tx, project, transfer)
		if err != nil {
			return err
		}
		if old.State == estate.TransferPlanned {
			t, err = s.estate.CancelTransfer(ctx, tx, who, project, transfer, reason)
			return err
		}
		before, err := s.estate.Room(ctx, tx, project, old.Room)
		if err != nil {
			return err
		}
		if t, err = s.estate.UndoTransfer(ctx, tx, who, project, transfer, reason); err != nil {
			return err
		}
		room, err := s.estate.Room(ctx, tx, project, t.Room)
		if err != nil || room.Payer == before.Payer {
			return err
		}
		changes, err := s.changes(ctx, tx, project, t.Room, t.Date)
		if err != nil {
			return err
		}
		_, err = s.billing.MovePayers(ctx, tx, who, project, billing.PayerMove{Room: t.Room, Date: t.Date, Giver: before.Payer, Taker: room.Payer,
			Handover: room.Handover, Changes: changes, Strict: true, Why: "撤销过户 " + t.RoomLabel})
		if err != nil {
			return err
		}
		return s.payment.Undo(ctx, tx, project, ledger.DocTransfer, t.ID, ledger.DocTransferUndone, t.ID)
	})
	if err != nil {
		return t, fmt.Errorf("undo hand over: %w", err)
	}
	return t, nil
}

// EffectDue makes the planned changes of hands true whose day has come. One
// that cannot keeps the reason for the people who wait for it, and does not
// keep the others waiting.
func (s *Service) EffectDue(ctx context.Context) error {
	due, err := s.estate.DueTransfers(ctx, s.db.Reader(ctx), clock.DateOf(s.db.Clock().Now()))
	if err != nil {
		return err
	}
	var failed error
	for _, d := range due {
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			_, err := s.effect(ctx, tx, actor.System("到日过户"), d.Project, d.Transfer)
			return err
		})
		if err == nil {
			continue
		}
		text := "没能按日过户，系统会再试"
		if f := fault.As(err); f != nil {
			text = f.Text
		} else {
			failed = errors.Join(failed, err)
		}
		err = s.db.Write(ctx, func(tx *db.Tx) error { return s.estate.NoteTransfer(ctx, tx, d.Project, d.Transfer, text) })
		failed = errors.Join(failed, err)
	}
	return failed
}
