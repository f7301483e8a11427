package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/billing/penalty"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// ErrLateMoved is answered when a late fee is smaller than what is taken or
// waived of it.
var ErrLateMoved = fault.New(fault.Conflict, "late_fee_moved", "违约金刚有变动，请刷新后再试")

// LateItemName is the name under which late fees stand among the fee items.
const LateItemName = tariff.LateItemName

// Payment is money that a charge got, by the receipt that is valid today.
type Payment struct {
	Charge id.ID
	On     clock.Date
	Amount money.Fen
}

// Payments tells when charges were paid. Whoever keeps the receipts fills it.
type Payments func(ctx context.Context, q db.Q, project id.ID, charges []id.ID) ([]Payment, error)

// TellPayments plugs in who knows the receipts; it is called once, before the
// service is used.
func (s *Service) TellPayments(p Payments) { s.payments = p }

// LateFee is what being late has cost for one charge by a day. It is computed
// at every look from the charge, its payments and its waivers; only what money
// was taken for becomes a charge of its own.
type LateFee struct {
	Charge  Charge // the principal
	Terms   LateTerms
	On      clock.Date
	Result  penalty.Result
	Charged money.Fen // of it already made a charge
	Waived  money.Fen // of it waived
}

// Left is what may still be asked.
func (f *LateFee) Left() money.Fen { return max(0, f.Result.Total-f.Charged-f.Waived) }

// Lines words the computation.
func (f *LateFee) Lines() []string {
	out := f.Terms.Lines(&f.Result)
	if f.Charged > 0 {
		out = append(out, fmt.Sprintf("已收 %s 元", f.Charged.Yuan()))
	}
	if f.Waived > 0 {
		out = append(out, fmt.Sprintf("已减免 %s 元", f.Waived.Yuan()))
	}
	return append(out, "依据："+f.Terms.Source)
}

// LateFees computes the late fees of rooms as of a day, for every charge that
// was or is late, in the order of Open. Those that come to nothing are left out.
func (s *Service) LateFees(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, on clock.Date) ([]LateFee, error) {
	out, err := s.lateFees(ctx, q, project, rooms, 0, on)
	if err != nil {
		return nil, fmt.Errorf("late fees: %w", err)
	}
	return out, nil
}

// LateFee computes the late fee of one charge; it is zero without terms.
// Error: fault.ErrNotFound.
func (s *Service) LateFee(ctx context.Context, q db.Q, project, charge id.ID, on clock.Date) (LateFee, error) {
	c, err := oneCharge(ctx, q, project, charge)
	if err != nil {
		return LateFee{}, err
	}
	list, err := s.lateFees(ctx, q, project, []id.ID{c.Subject}, charge, on)
	if err != nil || len(list) == 0 {
		return LateFee{Charge: c, On: on}, err
	}
	return list[0], nil
}

func (s *Service) lateFees(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, only id.ID, on clock.Date) ([]LateFee, error) {
	terms, err := lateTerms(ctx, q, project, 0)
	if err != nil || len(terms) == 0 || len(rooms) == 0 {
		return nil, err
	}
	charges, err := lateCharges(ctx, q, project, rooms, only, on)
	if err != nil {
		return nil, err
	}
	charges = slices.DeleteFunc(charges, func(c Charge) bool { return termsOn(terms, c.Item, c.Due) == nil })
	facts, err := s.lateFacts(ctx, q, project, charges)
	if err != nil {
		return nil, err
	}
	rates, err := s.LPRs(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := []LateFee{}
	for _, c := range charges {
		f := LateFee{Charge: c, Terms: *termsOn(terms, c.Item, c.Due), On: on, Charged: facts.charged[c.ID], Waived: facts.waived[c.ID]}
		if f.Result, err = f.Terms.Compute(c.Amount, c.Due, facts.paid[c.ID], on, rates); err != nil {
			return nil, fmt.Errorf("charge %s: %w", c.ID, err)
		}
		if f.Result.Total > 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

// lateFacts are what the late fees of charges follow from, by charge.
type lateFacts struct {
	paid            map[id.ID][]penalty.Paid
	charged, waived map[id.ID]money.Fen
}

func (s *Service) lateFacts(ctx context.Context, q db.Q, project id.ID, charges []Charge) (*lateFacts, error) {
	f := &lateFacts{paid: map[id.ID][]penalty.Paid{}}
	ids, paid := make([]id.ID, len(charges)), []id.ID{}
	for i := range charges {
		ids[i] = charges[i].ID
		if charges[i].Paid > charges[i].Waived {
			paid = append(paid, charges[i].ID)
		}
	}
	if s.payments != nil && len(paid) > 0 {
		list, err := s.payments(ctx, q, project, paid)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			f.paid[p.Charge] = append(f.paid[p.Charge], penalty.Paid{On: p.On, Amount: p.Amount})
		}
	}
	if err := waivedPrincipal(ctx, q, project, ids, f.paid); err != nil {
		return nil, err
	}
	for i := range charges {
		c, known := &charges[i], money.Fen(0)
		for _, p := range f.paid[c.ID] {
			known += p.Amount
		}
		if known < c.Paid {
			// Money of which nobody knows the day counts for the payer.
			f.paid[c.ID] = append(f.paid[c.ID], penalty.Paid{On: c.Due, Amount: c.Paid - known})
		}
	}
	item, err := s.LateItem(ctx, q, project)
	if err != nil {
		return nil, err
	}
	if item != 0 {
		if f.charged, err = lateCharged(ctx, q, project, ids); err != nil {
			return nil, err
		}
	}
	f.waived, err = lateWaived(ctx, q, project, ids)
	return f, err
}

// LateTake is money taken for the late fee of a charge.
type LateTake struct {
	ID     id.ID // of the charge to be made
	Fee    LateFee
	Amount money.Fen
}

// ChargeLate makes charges of the late fees that money is taken for, inside tx,
// the transaction of their receipt: released at once, posted to other income.
// The caller holds the household locked. Error: ErrLateMoved.
func (s *Service) ChargeLate(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, list []LateTake) ([]Charge, error) {
	item, err := s.LateItem(ctx, tx, project)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	today := clock.DateOf(tx.Now())
	run := Run{ID: tx.NewID(), Month: today.Month(), State: Released, Version: 1, CreatedBy: who.Name, CreatedAt: tx.Now(), GeneratedAt: tx.Now(),
		ReleasedBy: who.Name, ReleasedAt: tx.Now(), Rooms: 1}
	var postings []ledger.Posting
	rows, due := make([]lateRow, 0, len(list)), dueSteps{}
	for _, x := range list {
		if x.Amount <= 0 || x.Amount > x.Fee.Left() {
			return nil, ErrLateMoved
		}
		d := detail{late: x.Fee.Terms.Lines(&x.Fee.Result)}
		if x.Amount < x.Fee.Result.Total {
			d.late = append(d.late, fmt.Sprintf("本次收其中 %s 元", x.Amount.Yuan()))
		}
		d.late = append(d.late, "依据："+x.Fee.Terms.Source)
		text, err := d.encode()
		if err != nil {
			return nil, err
		}
		p := &x.Fee.Charge
		rows = append(rows, lateRow{x.ID, p.ID, p.Subject, p.Payer, p.Month, x.Amount, today, text})
		run.Lines++
		run.Amount += x.Amount
		due.add(DueKey{item, true, p.Month, today}, dueStep{amount: x.Amount})
		postings = append(postings, ledger.Posting{DocKind: ledger.DocCharge, Doc: x.ID, Date: today, Debit: ledger.Receivable, Credit: ledger.OtherRevenue,
			Amount: x.Amount, Subject: p.Subject, Item: item})
	}
	if err := storeLate(ctx, tx, project, item, &run, rows); err != nil {
		return nil, err
	}
	due.keep(tx, project, 1)
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

// explainLate says what was computed when the money was taken.
func explainLate(c *Charge) (Explanation, error) {
	d, err := decodeDetail(c.detail)
	if err != nil {
		return Explanation{}, err
	}
	return Explanation{Title: c.ItemName + " " + c.Month.String(), Lines: d.late, Unit: "元", Rounding: "四舍五入到分",
		Computed: c.Amount, Gross: c.Amount, Amount: c.Amount}, nil
}
