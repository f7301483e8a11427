package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// What is refused when months are charged before their time.
var (
	ErrAheadAsk     = fault.New(fault.Invalid, "ahead_invalid", "请选择预缴几个月，或预缴到哪个月")
	ErrNothingAhead = fault.New(fault.Conflict, "ahead_nothing", "到这个月为止没有可预缴的费用，可能已经出账或预缴过")
	ErrAheadFault   = fault.New(fault.Conflict, "ahead_fault", "有费用算不出来，不能预缴")
	ErrAheadMoved   = fault.New(fault.Conflict, "ahead_moved", "这户刚有新的出账，请刷新后再收")
)

// maxAhead bounds how far anybody may ask; the policy of a project is narrower.
const maxAhead = 60

// AheadAsk says which coming months of a room are wanted.
type AheadAsk struct {
	Months int         // so many months, from the first that is not charged yet
	Until  clock.Month // or up to this one; it wins
	Alone  bool        // each month as if it were paid alone, without a discount for several at once
}

// AheadLine is one charge of a quote.
type AheadLine struct {
	Item     id.ID
	ItemName string
	Month    clock.Month
	Amount   money.Fen
}

// AheadQuote is what the coming months will cost.
type AheadQuote struct {
	From, Until clock.Month
	Lines       []AheadLine // by month, then item
	Total       money.Fen
}

// aheadWork is one computed month.
type aheadWork struct {
	plan *tariff.Plan
	work *work
}

// QuoteAhead computes what the coming months of a room cost, by the same
// calculator and prices as a run, without storing anything. What is charged
// already, also in a draft, is left out; a fee by quarter or year comes as its
// whole period. Errors: ErrAheadAsk, ErrNothingAhead, ErrAheadFault.
func (s *Service) QuoteAhead(ctx context.Context, project, room id.ID, ask AheadAsk) (AheadQuote, error) {
	quote, _, err := s.computeAhead(ctx, project, room, clock.MonthOf(s.db.Clock().Now()), ask)
	if err != nil {
		return AheadQuote{}, fmt.Errorf("quote ahead: %w", err)
	}
	return quote, nil
}

func (s *Service) computeAhead(ctx context.Context, project, room id.ID, start clock.Month, ask AheadAsk) (AheadQuote, []aheadWork, error) {
	q := AheadQuote{Until: ask.Until, Lines: []AheadLine{}}
	last := start.Add(maxAhead)
	if ask.Until == 0 && ask.Months < 1 || ask.Months > maxAhead || ask.Until > last || ask.Until != 0 && ask.Until < start {
		return q, nil, ErrAheadAsk
	}
	var out []aheadWork
	for m := start; m <= last && (q.Until == 0 || m <= q.Until); m = m.Add(1) {
		plan, err := s.tariff.PlanAhead(ctx, s.db.Reader(ctx), project, m, start)
		if err != nil {
			return q, nil, err
		}
		w, err := (&preparer{s: s, project: project, plan: plan}).prepare(ctx, part{No: len(out) + 1, After: room - 1, Upto: room})
		if err != nil {
			return q, nil, err
		}
		if err := aheadFault(plan, w); err != nil {
			return q, nil, err
		}
		if len(w.plain)+len(w.full) == 0 {
			continue
		}
		if q.From == 0 {
			if q.From = m; q.Until == 0 {
				q.Until = min(m.Add(ask.Months-1), last)
			}
		}
		w.sums, w.looks = nil, nil // there is no review to compare for
		out = append(out, aheadWork{plan, w})
	}
	if len(out) == 0 {
		return q, nil, ErrNothingAhead
	}
	if !ask.Alone {
		if err := s.cheaperTogether(ctx, project, room, out); err != nil {
			return q, nil, err
		}
	}
	for _, x := range out {
		q.add(x.plan, x.work.plain)
		q.add(x.plan, x.work.full)
	}
	return q, out, nil
}

// cheaperTogether gives months of an item that are charged here at once the
// discount for so many of them, as a run gives it to a period (case A21).
func (s *Service) cheaperTogether(ctx context.Context, project, room id.ID, works []aheadWork) error {
	seen := map[id.ID]bool{}
	for _, x := range works {
		for _, it := range x.plan.Items {
			if it.Discounts == nil || seen[it.ID] {
				continue
			}
			seen[it.ID] = true
			r, err := s.estate.Room(ctx, s.db.Reader(ctx), project, room)
			if err != nil {
				return err
			}
			var lines []line
			eachAhead(works, it.ID, func(l line) line { lines = append(lines, l); return l })
			n := len(lines)
			if n < 2 || slices.ContainsFunc(lines, func(l line) bool { return l.detail != nil && (l.detail.ahead != nil || l.detail.payer != nil) }) {
				continue
			}
			d := aheadFor(it, room, r.Building, lines[0].month, lines[n-1].month.Sub(lines[0].month)+1)
			if d == nil {
				continue
			}
			if err := together(it.Item, d, lines); err != nil {
				return err
			}
			eachAhead(works, it.ID, func(line) line { l := lines[0]; lines = lines[1:]; return l })
		}
	}
	return nil
}

// eachAhead changes the lines of an item, by month.
func eachAhead(works []aheadWork, item id.ID, change func(line) line) {
	for _, x := range works {
		var all []line
		w := x.work
		all, w.plain, w.full, w.amount = append(slices.Clone(w.plain), w.full...), nil, nil, 0
		slices.SortStableFunc(all, func(a, b line) int { return int(a.month - b.month) })
		for _, l := range all {
			if x.plan.Items[l.item].ID == item {
				l = change(l)
			}
			w.keep(&l)
		}
	}
}

func aheadFault(p *tariff.Plan, w *work) error {
	for _, f := range p.Faults {
		return ErrAheadFault.Say("不能预缴 %s 的费用：%s", f.Month, f.Reason)
	}
	for _, f := range w.faults {
		return ErrAheadFault.Say("不能预缴 %s 的费用：%s", clock.Month(f.month), f.reason)
	}
	return nil
}

func (q *AheadQuote) add(p *tariff.Plan, lines []line) {
	for i := range lines {
		it := p.Items[lines[i].item]
		q.Lines = append(q.Lines, AheadLine{it.ID, it.Name, lines[i].month, lines[i].amount})
		q.Total += lines[i].amount
	}
}

// ChargeAhead charges the coming months of a room inside tx, the transaction
// of the receipt that pays them. They get a run of their own, of kind ahead and
// released at once, because a charge is visible by the state of its run; later
// runs find the months charged and leave them out. Errors: those of QuoteAhead
// and ErrAheadMoved.
func (s *Service) ChargeAhead(ctx context.Context, tx *db.Tx, who actor.Actor, project, room id.ID, ask AheadAsk) (Run, []Charge, error) {
	quote, works, err := s.computeAhead(db.Join(ctx, tx), project, room, clock.MonthOf(tx.Now()), ask)
	if err != nil {
		return Run{}, nil, fmt.Errorf("charge ahead: %w", err)
	}
	run := Run{ID: tx.NewID(), Kind: "ahead", Month: quote.From, State: Released, Version: 1, CreatedBy: who.Name, CreatedAt: tx.Now(), GeneratedAt: tx.Now(),
		ReleasedBy: who.Name, ReleasedAt: tx.Now()}
	if err := s.storeAhead(ctx, tx, project, &run, works); err != nil {
		if db.IsUnique(err) {
			err = ErrAheadMoved.Because(err)
		}
		return Run{}, nil, fmt.Errorf("charge ahead: %w", err)
	}
	if err := s.postWhole(ctx, tx, project, &run, ledger.DocRun); err != nil {
		return Run{}, nil, fmt.Errorf("charge ahead: %w", err)
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.charged_ahead", Kind: "run", Subject: run.ID,
		Summary: fmt.Sprintf("预缴出账 %s 至 %s，%d 条，共 %s 元", quote.From, quote.Until, run.Lines, run.Amount.Comma()), After: run.summary()})
	charges, err := chargesOfRun(ctx, tx, project, &run)
	return run, charges, err
}

func (s *Service) storeAhead(ctx context.Context, tx *db.Tx, project id.ID, run *Run, works []aheadWork) error {
	if err := insertRun(ctx, tx, project, run); err != nil {
		return err
	}
	parts := make([]part, len(works))
	for i := range works {
		parts[i] = works[i].work.part
	}
	if err := insertParts(ctx, tx, project, run.ID, parts); err != nil {
		return err
	}
	for _, x := range works {
		if err := writePart(ctx, tx, project, run.ID, x.plan, x.work); err != nil {
			return err
		}
		used := make([]id.ID, len(x.plan.Items))
		for i, it := range x.plan.Items {
			used[i] = it.ID
		}
		if err := s.tariff.MarkUsed(ctx, tx, project, used); err != nil {
			return err
		}
		for _, step := range []string{"generated", "released"} {
			if _, err := claimPart(ctx, tx, project, run.ID, x.work.part.No, step); err != nil {
				return err
			}
		}
	}
	if err := addUpParts(ctx, tx, project, run); err != nil {
		return err
	}
	run.Rooms = 1
	return updateRun(ctx, tx, project, run)
}

// TakeBackAhead undoes ChargeAhead when its receipt is made void: nobody owes
// months that have not begun. The months can be charged again, by a run or
// ahead. Errors: ErrPaid while something of it is still paid, ErrRunState.
func (s *Service) TakeBackAhead(ctx context.Context, tx *db.Tx, who actor.Actor, project, run id.ID, reason string) error {
	before, r, err := s.withdrawWhole(ctx, tx, who, project, run, reason)
	if err != nil {
		return err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.ahead_taken_back", Kind: "run", Subject: run,
		Summary: "收据作废，撤回预缴的 " + r.Month.String() + " 起的费用", Before: before.summary(), After: r.summary()})
	return nil
}
