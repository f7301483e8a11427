package correction

import (
	"context"
	"fmt"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// maxMonths bounds how many months are looked at in one go.
const maxMonths = 36

// Difference is one item and month of a room: what was charged beside what
// today's data come to. Amounts in fen.
type Difference struct {
	Room     id.ID
	Item     id.ID
	ItemName string
	Month    clock.Month
	Was      money.Fen // charged by the run
	Done     money.Fen // by corrections that are valid
	Due      money.Fen // by today's data
	Causes   []string  // 面积 89.50 → 92.00 ㎡
	Lines    []string  // how Due comes about
	Why      string    // why it cannot be corrected here; then there is no difference
	parts    []part
}

// Amount is what is still to be corrected: above zero too little was charged.
func (d *Difference) Amount() money.Fen {
	if d.Why != "" {
		return 0
	}
	return d.Due - d.Was - d.Done
}

// part is what one of the payers of the month owes more, or less.
type part struct {
	charge billing.Charge
	amount money.Fen
}

// Differences compares what is charged of some months with what a run would
// charge today, for rooms with after < id ≤ upto, by room, item and month. What
// is charged by usage, shared out, taken singly, brought by an import or not
// charged at all is not compared. Error: ErrMonths.
func (s *Service) Differences(ctx context.Context, q db.Q, project, after, upto id.ID, from, until clock.Month, each func(*Difference) error) error {
	if from > until || until.Sub(from) >= maxMonths || until > s.thisMonth().Add(1) {
		return ErrMonths.At("query.from_month", ErrMonths.Text, from.String())
	}
	w, err := s.compare(ctx, q, project, after, upto, from, until)
	if err != nil || w == nil {
		return err
	}
	var failed error
	err = s.estate.StreamRooms(ctx, q, project, estate.RoomFilter{After: after, Upto: upto}, func(r *estate.BillingRoom) error {
		for list := w.of(r.ID); len(list) > 0; {
			n := 1
			for n < len(list) && list[n].Item == list[0].Item && list[n].Month == list[0].Month {
				n++
			}
			d, err := w.difference(r, list[:n])
			if err == nil && d != nil {
				err = each(d)
			}
			if err != nil {
				failed = err
				return err
			}
			list = list[n:]
		}
		return nil
	})
	if failed != nil {
		return failed
	}
	if err != nil {
		return fmt.Errorf("compare charges: %w", err)
	}
	return nil
}

func (s *Service) thisMonth() clock.Month { return clock.MonthOf(s.db.Clock().Now()) }

// comparison is everything that is read before the rooms are streamed.
type comparison struct {
	billed []billing.Billed
	at     int
	plans  map[period]*planned
	own    map[id.ID][]tariff.Assignment
	done   map[place]map[id.ID]money.Fen
	items  map[id.ID]*tariff.Item
}

type period struct {
	item  id.ID
	first clock.Month
}

type place struct {
	room, item id.ID
	month      clock.Month
}

// planned is a period of an item by today's plan.
type planned struct {
	plan  *tariff.Plan
	rates []tariff.Rate
	calc  *billing.Calculator
	room  id.ID // for whom the rest was computed
	fresh []billing.Charge
	err   error
}

func (s *Service) compare(ctx context.Context, q db.Q, project, after, upto id.ID, from, until clock.Month) (*comparison, error) {
	w := &comparison{plans: map[period]*planned{}, own: map[id.ID][]tariff.Assignment{}}
	var err error
	if w.billed, err = s.billing.BilledBetween(ctx, q, project, after, upto, from, until); err != nil || len(w.billed) == 0 {
		return nil, err
	}
	if err := s.plan(ctx, q, project, w); err != nil {
		return nil, fmt.Errorf("compare charges: %w", err)
	}
	own, err := s.tariff.RoomAssignments(ctx, q, project, after, upto)
	if err != nil {
		return nil, fmt.Errorf("compare charges: %w", err)
	}
	for _, a := range own {
		w.own[a.Target] = append(w.own[a.Target], a)
	}
	if w.done, err = s.done(ctx, q, project, after, upto, from, until); err != nil {
		return nil, fmt.Errorf("compare charges: %w", err)
	}
	return w, nil
}

// plan resolves the periods that were charged, as a run of today would.
func (s *Service) plan(ctx context.Context, q db.Q, project id.ID, w *comparison) error {
	list, err := s.tariff.Items(ctx, q, project)
	if err != nil {
		return err
	}
	w.items = map[id.ID]*tariff.Item{}
	for i := range list {
		w.items[list[i].ID] = &list[i]
	}
	rates, err := s.tariff.AllRates(ctx, q, project)
	if err != nil {
		return err
	}
	kept := w.billed[:0]
	for i := range w.billed {
		c := &w.billed[i]
		item := w.items[c.Item]
		if item == nil || item.Basis == tariff.Metered || item.Basis == tariff.Shared || item.Basis.Single() {
			continue
		}
		first, _ := item.PeriodOf(c.Month)
		kept = append(kept, *c)
		if w.plans[period{item.ID, first}] != nil {
			continue
		}
		plans, err := s.tariff.PlanOf(ctx, q, project, item, first, rates[item.ID])
		if err != nil {
			return err
		}
		w.plans[period{item.ID, first}] = &planned{plan: plans[0], rates: rates[item.ID], calc: billing.NewCalculator(plans[0])}
	}
	w.billed = kept
	return nil
}

// of are the charges of the next room of the stream.
func (w *comparison) of(room id.ID) []billing.Billed {
	for w.at < len(w.billed) && w.billed[w.at].Subject < room {
		w.at++
	}
	from := w.at
	for w.at < len(w.billed) && w.billed[w.at].Subject == room {
		w.at++
	}
	return w.billed[from:w.at]
}

// difference compares one item and month; nil when nothing of it is charged.
func (w *comparison) difference(r *estate.BillingRoom, list []billing.Billed) (*Difference, error) {
	c := &list[0]
	d := &Difference{Room: r.ID, Item: c.Item, ItemName: c.ItemName, Month: c.Month, Causes: []string{}, Lines: []string{}}
	held := 0
	for i := range list {
		if list[i].Hold != billing.Normal {
			held++
		}
		d.Was += list[i].Amount
	}
	if held == len(list) {
		return nil, nil
	}
	done := w.done[place{r.ID, c.Item, c.Month}]
	for _, amount := range done {
		d.Done += amount
	}
	if held > 0 {
		d.Why = "这个月有一段暂缓或不收，先处理"
		return d, nil
	}
	item := w.items[c.Item]
	first, _ := item.PeriodOf(c.Month)
	return d, d.compute(item, w.plans[period{c.Item, first}], r, w.own[r.ID], list, done)
}
