package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// LateItemName is the name under which late fees stand among the fee items.
const LateItemName = tariff.LateItemName

// LateLeft tells what being late has cost the charges of rooms by a day and is
// still to be asked, by charge. Whoever computes late fees fills it.
type LateLeft func(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, on clock.Date) (map[id.ID]money.Fen, error)

// TellLate plugs in who computes late fees; it is called once, before the
// service is used.
func (s *Service) TellLate(l LateLeft) { s.lateLeft = l }

// Late is money taken for a charge having been late.
type Late struct {
	ID     id.ID // of the charge to be made
	Of     *Charge
	Amount money.Fen // > 0
	Lines  []string  // how it came about; they stay with the charge
}

// ChargeLate makes charges of the late fees that money is taken for, inside tx,
// the transaction of their receipt, on whose day they are posted to other
// income: released at once. They end when that money goes back (Unsettle). The caller holds the household
// locked and knows how much may be asked. Error: ErrAmount.
func (s *Service) ChargeLate(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, on clock.Date, list []Late) ([]Charge, error) {
	item, err := s.LateItem(ctx, tx, project)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	run := Run{ID: tx.NewID(), Month: on.Month(), State: Released, Version: 1, CreatedBy: who.Name, CreatedAt: tx.Now(), GeneratedAt: tx.Now(),
		ReleasedBy: who.Name, ReleasedAt: tx.Now(), Rooms: 1}
	var postings []ledger.Posting
	rows, due := make([]lateRow, 0, len(list)), dueSteps{}
	for _, x := range list {
		if x.Amount <= 0 {
			return nil, ErrAmount
		}
		d := detail{late: x.Lines}
		text, err := d.encode()
		if err != nil {
			return nil, err
		}
		p := x.Of
		rows = append(rows, lateRow{x.ID, p.ID, p.Subject, p.Payer, p.Month, x.Amount, on, text})
		run.Lines++
		run.Amount += x.Amount
		due.add(DueKey{item, true, p.Month, on}, dueStep{amount: x.Amount})
		postings = append(postings, ledger.Posting{DocKind: ledger.DocCharge, Doc: x.ID, Date: on, Debit: ledger.Receivable, Credit: ledger.OtherRevenue,
			Amount: x.Amount, Subject: p.Subject, Item: item})
	}
	if err := storeLate(ctx, tx, project, item, &run, rows); err != nil {
		return nil, err
	}
	due.keepOn(tx, project, on, 1)
	if err := s.ledger.Post(ctx, tx, project, postings); err != nil {
		return nil, fmt.Errorf("charge late fees: %w", err)
	}
	return chargesOfRun(ctx, tx, project, &run)
}

// takeBackLate ends late fees whose money went back: nobody owes them as
// charges any more, and they are computed again from the days.
func (s *Service) takeBackLate(ctx context.Context, tx *db.Tx, project id.ID, list []Settlement, have map[id.ID]Charge) error {
	due := dueSteps{}
	for _, x := range list {
		c := have[x.Charge]
		if c.Late == 0 || c.Paid != x.Amount {
			continue
		}
		if err := buryLate(ctx, tx, project, &c); err != nil {
			return err
		}
		due.add(c.dueKey(), dueStep{amount: c.Amount})
		err := s.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocChargeVoided, Doc: c.ID, Date: clock.DateOf(tx.Now()),
			Debit: ledger.OtherRevenue, Credit: ledger.Receivable, Amount: c.Amount, Subject: c.Subject, Item: c.Item}})
		if err != nil {
			return fmt.Errorf("take back late fee: %w", err)
		}
	}
	due.keep(tx, project, -1)
	return nil
}

// LateItem is the fee item of late fees, or 0 while the project has none.
func (s *Service) LateItem(ctx context.Context, q db.Q, project id.ID) (id.ID, error) {
	return s.tariff.LateItem(ctx, q, project)
}

// LateCharged sums what was charged for being late, by the charge that was.
func (s *Service) LateCharged(ctx context.Context, q db.Q, project id.ID, charges []id.ID) (map[id.ID]money.Fen, error) {
	return lateCharged(ctx, q, project, charges)
}

// PastDue lists the visible charges of rooms that fell due before a day, paid
// or not, late fees left out, in the order of Open; only narrows it to one
// charge when it is not 0.
func (s *Service) PastDue(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, only id.ID, on clock.Date) ([]Charge, error) {
	return pastDue(ctx, q, project, rooms, only, on)
}

// withLate adds to charges of a list what being late has cost by today.
func (s *Service) withLate(ctx context.Context, q db.Q, project id.ID, list []chargeJSON) error {
	var rooms []id.ID
	for i := range list {
		if r := list[i].Room; list[i].DaysOver > 0 && !slices.Contains(rooms, r) {
			rooms = append(rooms, r)
		}
	}
	if s.lateLeft == nil || len(rooms) == 0 {
		return nil
	}
	left, err := s.lateLeft(ctx, q, project, rooms, s.today())
	if err != nil {
		return fmt.Errorf("late fees of list: %w", err)
	}
	for i := range list {
		list[i].LateFee = left[list[i].ID]
	}
	return nil
}

// explainLate says what was computed when the money was taken.
func explainLate(c *Charge) (Explanation, error) {
	d, err := decodeDetail(c.detail)
	if err != nil {
		return Explanation{}, err
	}
	return Explanation{Title: c.ItemName + " " + c.Month.String(), Lines: d.late, Unit: "元", Rounding: "四舍五入到分",
		Computed: c.Amount, Gross: c.Amount, Amount: c.Amount}, nil
}
