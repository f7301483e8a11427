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
	Effects  []Effect  // only where one room is read
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
	g, err := s.ground(ctx, q, project, from, until)
	if err != nil {
		return err
	}
	return s.differences(ctx, q, g, after, upto, each)
}

func (s *Service) differences(ctx context.Context, q db.Q, g *ground, after, upto id.ID, each func(*Difference) error) error {
	w, err := s.compare(ctx, q, g, after, upto)
	if err != nil || w == nil {
		return err
	}
	var failed error
	err = s.estate.StreamRooms(ctx, q, g.project, estate.RoomFilter{After: after, Upto: upto}, func(r *estate.BillingRoom) error {
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

// ground is what a project charges by today's data: read once, for however many
// rooms are compared.
type ground struct {
	project     id.ID
	from, until clock.Month
	items       map[id.ID]*tariff.Item
	rates       map[id.ID][]tariff.Rate
	planner     *tariff.Planner
	plans       map[period]*planned
}

func (s *Service) ground(ctx context.Context, q db.Q, project id.ID, from, until clock.Month) (*ground, error) {
	if from > until || until.Sub(from) >= maxMonths || until > s.thisMonth().Add(1) {
		return nil, ErrMonths.At("query.from_month", ErrMonths.Text, from.String())
	}
	g := &ground{project: project, from: from, until: until, items: map[id.ID]*tariff.Item{}, plans: map[period]*planned{}}
	list, err := s.tariff.Items(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("ground of charges: %w", err)
	}
	for i := range list {
		g.items[list[i].ID] = &list[i]
	}
	if g.rates, err = s.tariff.AllRates(ctx, q, project); err != nil {
		return nil, fmt.Errorf("ground of charges: %w", err)
	}
	if g.planner, err = s.tariff.Planner(ctx, q, project, from.Add(-11)); err != nil {
		return nil, fmt.Errorf("ground of charges: %w", err)
	}
	return g, nil
}

// period resolves a period that was charged, as a run of today would; nil for
// an item that is not compared.
func (g *ground) period(item id.ID, month clock.Month) (*planned, error) {
	i := g.items[item]
	if i == nil || i.Basis == tariff.Metered || i.Basis == tariff.Shared || i.Basis.Single() {
		return nil, nil
	}
	first, _ := i.PeriodOf(month)
	at := period{item, first}
	if p := g.plans[at]; p != nil {
		return p, nil
	}
	plan, err := g.planner.Of(i, first, g.rates[item])
	if err != nil {
		return nil, fmt.Errorf("plan of %s %s: %w", i.Name, first, err)
	}
	g.plans[at] = &planned{plan: plan, rates: g.rates[item], calc: billing.NewCalculator(plan)}
	return g.plans[at], nil
}

// comparison is what is read of some rooms before they are streamed.
type comparison struct {
	*ground
	billed []billing.Billed
	at     int
	own    map[id.ID][]tariff.Assignment
	done   map[place]map[id.ID]money.Fen
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

func (s *Service) compare(ctx context.Context, q db.Q, g *ground, after, upto id.ID) (*comparison, error) {
	w := &comparison{ground: g, own: map[id.ID][]tariff.Assignment{}}
	var err error
	if w.billed, err = s.billing.BilledBetween(ctx, q, g.project, after, upto, g.from, g.until); err != nil || len(w.billed) == 0 {
		return nil, err
	}
	own, err := s.tariff.RoomAssignments(ctx, q, g.project, after, upto)
	if err != nil {
		return nil, fmt.Errorf("compare charges: %w", err)
	}
	for _, a := range own {
		w.own[a.Target] = append(w.own[a.Target], a)
	}
	if w.done, err = s.done(ctx, q, g.project, after, upto, g.from, g.until); err != nil {
		return nil, fmt.Errorf("compare charges: %w", err)
	}
	return w, nil
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
	p, err := w.period(c.Item, c.Month)
	if p == nil {
		return nil, err
	}
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
	return d, d.compute(w.items[c.Item], p, r, w.own[r.ID], list, done)
}
