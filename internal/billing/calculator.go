package billing

import (
	"cmp"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
	"linli/internal/tariff/formula"
)

// Calculator computes what rooms owe by a plan with the code of a run, and
// stores nothing. It is not safe for concurrent use.
type Calculator struct {
	c    calculator
	mine []tariff.Assignment
}

// NewCalculator is ready for every room of the plan's project.
func NewCalculator(p *tariff.Plan) *Calculator { return &Calculator{c: calculator{plan: p}} }

// Total is what the plan's items come to for a room; own are the assignments
// of the room. Reason words the error.
func (k *Calculator) Total(r *estate.BillingRoom, own []tariff.Assignment) (sum money.Fen, err error) {
	err = k.each(r, own, func(_ *tariff.PlanItem, l *line) error { sum += l.amount; return nil })
	return sum, err
}

// Charges are what the room would be charged, by item and month, as charges
// that nobody has stored; one of zero says that a discount leaves nothing. own
// are the assignments of the room. Reason words the error.
func (k *Calculator) Charges(r *estate.BillingRoom, own []tariff.Assignment) (out []Charge, err error) {
	err = k.each(r, own, func(it *tariff.PlanItem, l *line) error {
		c, err := l.charge(it)
		out = append(out, c)
		return err
	})
	return out, err
}

func (k *Calculator) each(r *estate.BillingRoom, own []tariff.Assignment, fn func(*tariff.PlanItem, *line) error) error {
	for _, it := range k.c.plan.Items {
		k.mine = append(k.mine[:0], own...)
		k.mine = slices.DeleteFunc(k.mine, func(a tariff.Assignment) bool { return a.Item != it.ID })
		k.c.enter(r)
		var failed error
		err := k.c.lines(it, k.mine, func(l line) {
			if failed == nil {
				failed = fn(it, &l)
			}
		})
		if err != nil || failed != nil {
			return cmp.Or(err, failed)
		}
	}
	return nil
}

// charge is the charge that a computed line would become.
func (l *line) charge(it *tariff.PlanItem) (Charge, error) {
	c := Charge{Item: it.ID, ItemName: it.Name, Subject: l.subject, Payer: l.payer, Month: l.month, Rate: l.rate, Quantity: l.quantity, Price: l.price,
		Factor: l.factor, Amount: l.amount, Due: it.Due}
	var err error
	if l.detail != nil {
		c.detail, err = l.detail.encode()
	}
	return c, err
}

// Words explains a computed charge by the same replay that explains stored
// ones. rates are those of its item.
func Words(c *Charge, it *tariff.PlanItem, rates []tariff.Rate) ([]string, error) {
	r, err := newReplay(c, it.Item, rates)
	if err != nil {
		return nil, err
	}
	if it.Discounts != nil {
		r.names = it.Discounts.Named()
	}
	e, err := r.explain()
	return e.Lines, err
}

// Ground is what an amount followed from beside the columns of its charge.
type Ground struct {
	Gross   money.Fen // before discounts; the amount without any
	Days    int       // charged days of the month, 0 for all
	ByHand  string    // why a person set another amount, else empty
	Rates   []id.ID   // the prices that counted
	Room    formula.Vars
	Weights []int64 // days of the month by its payers, empty with one
	Index   int     // of Weights
	Ahead   bool    // cheaper because several months were billed at once
}

// Ground reads it. Error: a broken charge.
func (c *Charge) Ground() (Ground, error) {
	d, err := decodeDetail(c.detail)
	if err != nil {
		return Ground{}, err
	}
	g := Ground{Gross: max(d.gross, c.Amount), Days: d.days, ByHand: d.reason, Rates: []id.ID{c.Rate}, Ahead: d.ahead != nil}
	for i, p := range d.pieces {
		if i == 0 {
			g.Rates = g.Rates[:0]
		}
		g.Rates = append(g.Rates, p.rate)
	}
	if a := d.attrs; a != nil {
		g.Room = formula.Vars{Known: a.known, InnerArea: a.inner, Floor: a.floor, Floors: a.floors, People: a.people}
	}
	if d.payer != nil {
		g.Weights, g.Index = d.payer.weights, d.payer.index
	}
	return g, nil
}
