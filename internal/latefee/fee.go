package latefee

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee/penalty"
)

// ErrMoved is answered when a late fee is smaller than what is taken or
// waived of it.
var ErrMoved = fault.New(fault.Conflict, "late_fee_moved", "违约金刚有变动，请刷新后再试")

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

// Fee is what being late has cost for one charge by a day. It is computed
// at every look from the charge, its payments and its waivers; only what money
// was taken for becomes a charge of its own.
type Fee struct {
	Charge  billing.Charge // the principal
	Terms   Terms
	On      clock.Date
	Moved   string // how its due day of rest was moved, or empty
	Result  penalty.Result
	Charged money.Fen // of it already made a charge
	Waived  money.Fen // of it waived
}

// Left is what may still be asked.
func (f *Fee) Left() money.Fen { return max(0, f.Result.Total-f.Charged-f.Waived) }

// Lines words the computation.
func (f *Fee) Lines() []string {
	out := f.computed()
	if f.Charged > 0 {
		out = append(out, fmt.Sprintf("已收 %s 元", f.Charged.Yuan()))
	}
	if f.Waived > 0 {
		out = append(out, fmt.Sprintf("已减免 %s 元", f.Waived.Yuan()))
	}
	return append(out, "依据："+f.Terms.Source)
}

// computed words how the fee came about, without what became of it.
func (f *Fee) computed() []string {
	lines := f.Terms.Lines(&f.Result)
	if f.Moved != "" {
		lines = append([]string{f.Moved}, lines...)
	}
	return lines
}

// Fees computes the late fees of rooms as of a day, for every charge that
// was or is late, in the order of Open. Those that come to nothing are left out.
func (s *Service) Fees(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, on clock.Date) ([]Fee, error) {
	out, err := s.fees(ctx, q, project, rooms, 0, on)
	if err != nil {
		return nil, fmt.Errorf("late fees: %w", err)
	}
	return out, nil
}

// Fee computes the late fee of one charge; it is zero without terms.
// Error: fault.ErrNotFound.
func (s *Service) Fee(ctx context.Context, q db.Q, project, charge id.ID, on clock.Date) (Fee, error) {
	c, err := s.billing.Charge(ctx, q, project, charge)
	if err != nil {
		return Fee{}, err
	}
	list, err := s.fees(ctx, q, project, []id.ID{c.Subject}, charge, on)
	if err != nil || len(list) == 0 {
		return Fee{Charge: c, On: on}, err
	}
	return list[0], nil
}

func (s *Service) fees(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, only id.ID, on clock.Date) ([]Fee, error) {
	terms, err := termsOf(ctx, q, project, 0)
	if err != nil || len(terms) == 0 || len(rooms) == 0 {
		return nil, err
	}
	charges, err := s.billing.PastDue(ctx, q, project, rooms, only, on)
	if err != nil {
		return nil, err
	}
	charges = slices.DeleteFunc(charges, func(c billing.Charge) bool { return termsOn(terms, c.Item, c.Due) == nil })
	known, err := s.facts(ctx, q, project, charges)
	if err != nil {
		return nil, err
	}
	rates, err := s.LPRs(ctx, q, project)
	if err != nil {
		return nil, err
	}
	var days *penalty.Calendar
	if slices.ContainsFunc(terms, func(t Terms) bool { return t.NextWorkday }) {
		if days, err = s.calendar(ctx, q, project); err != nil {
			return nil, err
		}
	}
	out := []Fee{}
	for _, c := range charges {
		f := Fee{Charge: c, Terms: *termsOn(terms, c.Item, c.Due), On: on, Charged: known.charged[c.ID], Waived: known.waived[c.ID]}
		f.Moved = f.Terms.MovedLine(c.Due, days)
		if f.Result, err = f.Terms.Compute(c.Amount, f.Terms.DueOn(c.Due, days), known.paid[c.ID], on, rates); err != nil {
			return nil, fmt.Errorf("charge %s: %w", c.ID, err)
		}
		if f.Result.Total > 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

// facts are what the late fees of charges follow from, by charge.
type facts struct {
	paid            map[id.ID][]penalty.Paid
	charged, waived map[id.ID]money.Fen
}

func (s *Service) facts(ctx context.Context, q db.Q, project id.ID, charges []billing.Charge) (*facts, error) {
	f := &facts{paid: map[id.ID][]penalty.Paid{}}
	ids := make([]id.ID, len(charges))
	for i := range charges {
		ids[i] = charges[i].ID
	}
	// What is not paid today may have been: the days on which the money lay here
	// bear no fee.
	if s.payments != nil && len(ids) > 0 {
		list, err := s.payments(ctx, q, project, ids)
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
	item, err := s.billing.LateItem(ctx, q, project)
	if err != nil {
		return nil, err
	}
	if item != 0 {
		if f.charged, err = s.billing.LateCharged(ctx, q, project, ids); err != nil {
			return nil, err
		}
	}
	f.waived, err = lateWaived(ctx, q, project, ids)
	return f, err
}

// Left is what may still be asked for being late of the charges of rooms, by
// charge. It fills billing.LateLeft.
func (s *Service) Left(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, on clock.Date) (map[id.ID]money.Fen, error) {
	list, err := s.Fees(ctx, q, project, rooms, on)
	out := make(map[id.ID]money.Fen, len(list))
	for i := range list {
		out[list[i].Charge.ID] = list[i].Left()
	}
	return out, err
}

// Take is money taken for the late fee of a charge.
type Take struct {
	ID     id.ID // of the charge to be made
	Fee    Fee
	Amount money.Fen
}

// Charge makes charges of the late fees that money is taken for, inside tx, the
// transaction of their receipt, on its day. The caller holds the household locked. Error:
// ErrMoved.
func (s *Service) Charge(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, on clock.Date, list []Take) ([]billing.Charge, error) {
	out := make([]billing.Late, len(list))
	for i := range list {
		x := &list[i]
		if x.Amount <= 0 || x.Amount > x.Fee.Left() {
			return nil, ErrMoved
		}
		lines := x.Fee.computed()
		if x.Amount < x.Fee.Result.Total {
			lines = append(lines, fmt.Sprintf("本次收其中 %s 元", x.Amount.Yuan()))
		}
		out[i] = billing.Late{ID: x.ID, Of: &x.Fee.Charge, Amount: x.Amount, Lines: append(lines, "依据："+x.Fee.Terms.Source)}
	}
	return s.billing.ChargeLate(ctx, tx, who, project, on, out)
}
