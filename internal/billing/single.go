package billing

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// sourceSingle is the source kind of charges that a person made for one room.
const sourceSingle = 5

// What is refused of single charges and of their taking back.
var (
	ErrSingleDue = fault.New(fault.Invalid, "single_due_invalid", "到期日最早是今天，最晚是一年以后")
	ErrRedPaid   = fault.New(fault.Conflict, "charge_red_paid", "这笔费用已有收款或减免，不能红冲；先把收款退回（没交班的作废收据，已交班的红冲收据），再红冲这笔费用")
	ErrRedLate   = fault.New(fault.Conflict, "charge_red_late", "这笔费用的违约金已经收了，不能红冲；先把收违约金的那张收据退回，再红冲这笔费用")
)

// Single is an amount that one room shall owe by the decision of a person.
type Single struct {
	Room   id.ID
	Item   id.ID
	Month  clock.Month
	Due    clock.Date // 0: the due day of the item, today at the earliest; of costs today
	Amount money.Fen
	Lines  []string // how it came about; they stay with the charge
	Closed bool     // of an item that may have ended meanwhile
	Payer  id.ID    // who owes it; 0: who paid for the room at the end of the month
	How    string   // of an amount that was computed, in a word: 补差单
}

// ChargeSingle makes one charge inside tx, released at once and posted to
// revenue; who paid for the room at the end of the month owes it. It stands
// beside what a run charges for the same item and month. Errors: ErrMonth,
// ErrAmount, ErrSingleDue, tariff.ErrItemRetired, estate.ErrNoRoom,
// fault.ErrNotFound.
func (s *Service) ChargeSingle(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in Single) (Charge, error) {
	item, err := s.tariff.Item(ctx, tx, project, in.Item)
	if err != nil {
		return Charge{}, err
	}
	if err := in.check(clock.DateOf(tx.Now()), &item); err != nil {
		return Charge{}, err
	}
	c := Charge{ID: tx.NewID(), Item: in.Item, Subject: in.Room, Month: in.Month, Factor: whole, Amount: in.Amount, Due: in.Due, Live: true, Payer: in.Payer}
	if in.Payer == 0 {
		if c.Payer, err = s.payerOf(ctx, tx, project, in.Room, in.Month); err != nil {
			return c, err
		}
	}
	d := detail{opening: &opened{amount: in.Amount, lines: in.Lines, single: true, how: in.How}}
	if c.detail, err = d.encode(); err != nil {
		return c, err
	}
	run := Run{ID: tx.NewID(), Month: in.Month, State: Released, Version: 1, CreatedBy: who.Name, CreatedAt: tx.Now(), GeneratedAt: tx.Now(),
		ReleasedBy: who.Name, ReleasedAt: tx.Now(), Rooms: 1, Lines: 1, Amount: in.Amount, First: c.ID, Last: c.ID}
	if err := insertSingle(ctx, tx, project, &run, &c); err != nil {
		return c, fmt.Errorf("charge single: %w", err)
	}
	if err := s.tariff.MarkUsed(ctx, tx, project, []id.ID{in.Item}); err != nil {
		return c, err
	}
	dueSteps{c.dueKey(): {amount: c.Amount}}.keep(tx, project, 1)
	err = s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocCharge, Doc: c.ID, Date: clock.DateOf(tx.Now()),
		Debit: ledger.Receivable, Credit: ledger.Revenue, Amount: c.Amount, Subject: c.Subject, Item: c.Item}})
	if err != nil {
		return c, fmt.Errorf("charge single: %w", err)
	}
	return oneCharge(ctx, tx, project, c.ID)
}

// ChargedOnce tells whether an item is charged by single documents only. Error:
// fault.ErrNotFound.
func (s *Service) ChargedOnce(ctx context.Context, q db.Q, project, item id.ID) (bool, error) {
	i, err := s.tariff.Item(ctx, q, project, item)
	return i.Basis == tariff.Once, err
}

func (in *Single) check(today clock.Date, item *tariff.Item) error {
	if !item.Active && !in.Closed {
		return tariff.ErrItemRetired
	}
	if in.Month < today.Month().Add(-120) || in.Month > today.Month().Add(1) {
		return ErrMonth.At("body.month", ErrMonth.Text, in.Month.String())
	}
	if in.Amount <= 0 || in.Amount > MaxAmount {
		return ErrAmount.Say("金额要大于 0，且不超过 1 亿元").At("body.amount", "金额要大于 0，且不超过 1 亿元", int64(in.Amount))
	}
	switch {
	case in.Due == 0 && item.Basis == tariff.Costs:
		in.Due = today
	case in.Due == 0:
		in.Due = max(item.DueDate(today.Month()), today)
	}
	if in.Due < today || in.Due > today.AddDays(366) {
		return ErrSingleDue.At("body.due_date", ErrSingleDue.Text, in.Due.String())
	}
	return nil
}

// payerOf is who paid for a room at the end of a month, 0 when unknown.
func (s *Service) payerOf(ctx context.Context, q db.Q, project, room id.ID, month clock.Month) (id.ID, error) {
	h, err := s.estate.Household(ctx, q, project, room)
	if err != nil {
		return 0, err
	}
	changes, err := s.estate.PayerChanges(ctx, q, project, room-1, room, month.First())
	if err != nil {
		return 0, err
	}
	for _, x := range changes {
		if x.Date > month.Last() {
			return x.From, nil
		}
	}
	if h.Payer == nil {
		return 0, nil
	}
	return h.Payer.ID, nil
}

// RedCharge takes a released charge back (红冲) inside tx: it stays as the proof,
// nobody owes it, and the book is reversed today. again leaves its month open,
// so that the next run of the month charges it anew by what is known then;
// else further runs do not make it again. seen is the amount that was on the
// screen. Errors: ErrNotOwed, ErrRedPaid, ErrRedLate, fault.ErrStale,
// fault.ErrNotFound.
func (s *Service) RedCharge(ctx context.Context, tx *db.Tx, project, charge id.ID, seen money.Fen, again bool) (Charge, error) {
	c, err := oneCharge(ctx, tx, project, charge)
	if err != nil {
		return c, err
	}
	run, err := lockRun(ctx, tx, project, c.Run)
	if err != nil {
		return c, err
	}
	if c, err = lockLine(ctx, tx, project, charge); err != nil {
		return c, err
	}
	if err := s.mayRed(ctx, tx, project, &c, seen); err != nil {
		return c, err
	}
	d, err := decodeDetail(c.detail)
	if err != nil {
		return c, err
	}
	against := ledger.Revenue
	if d.opening != nil && !d.opening.single {
		against = ledger.Opening // its income was of earlier books
	}
	after := c
	after.Hold = Dropped
	run.count(&c, -1)
	run.count(&after, 1)
	run.Version++
	if err := addSum(ctx, tx, project, &c, -c.Amount); err != nil {
		return c, err
	}
	d.red = true
	if after.detail, err = d.encode(); err != nil {
		return c, err
	}
	if err := redden(ctx, tx, project, &after, again); err != nil {
		return c, err
	}
	if err := updateRun(ctx, tx, project, &run); err != nil {
		return c, err
	}
	if err := s.freeOf(ctx, tx, project, &c, again); err != nil {
		return c, err
	}
	dueSteps{c.dueKey(): {amount: c.Amount}}.keep(tx, project, -1)
	return c, s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocChargeVoided, Doc: c.ID, Date: clock.DateOf(tx.Now()),
		Debit: against, Credit: ledger.Receivable, Amount: c.Amount, Subject: c.Subject, Item: c.Item}})
}

func (s *Service) mayRed(ctx context.Context, q db.Q, project id.ID, c *Charge, seen money.Fen) error {
	switch {
	case !c.Visible() || c.Late != 0:
		return ErrNotOwed.Say("这笔费用已不在应收里，不用再红冲，请刷新")
	case c.Amount != seen:
		return fault.ErrStale
	case c.Paid > 0:
		return ErrRedPaid
	case c.Returned > 0:
		return ErrRedPaid.Say("这笔费用有补差退过钱，不能红冲；先撤销那张补差单，再红冲")
	}
	taken, err := lateCharged(ctx, q, project, []id.ID{c.ID})
	if err == nil && taken[c.ID] > 0 {
		err = ErrRedLate
	}
	return err
}

// freeOf lets the readings behind a charge be put right before its month is
// charged again.
func (s *Service) freeOf(ctx context.Context, tx *db.Tx, project id.ID, c *Charge, again bool) error {
	item, err := s.tariff.Item(ctx, tx, project, c.Item)
	if err != nil || !again || item.Basis != tariff.Metered {
		return err
	}
	return s.freeReadings(ctx, tx, project, c.Run, c.Subject-1, c.Subject, item.Meter)
}
