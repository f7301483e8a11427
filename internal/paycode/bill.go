package paycode

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// Bill is what a room owes, as whoever holds its code may see it. Amounts in fen.
type Bill struct {
	Company  string
	Project  string
	Room     string
	Payer    string // masked
	Phone    string // of the service centre, as on receipts; "" when nobody has set it
	Owed     money.Fen
	LateOwed money.Fen // late fees of today beside Owed
	Choice   bool      // months may be chosen
	Months   []Month
	Ways     []Way
	Order    *Order // made with the code: one that waits, or the last of today
	Busy     bool   // the counter is taking money from the household
	Unread   int    // messages that nobody has opened
	At       time.Time
}

// Month is what is owed for one month, late fees included.
type Month struct {
	Month   clock.Month
	Sum     money.Fen
	Charges []Charge
}

// Charge is one open charge; Late are the days since it fell due, LateFee is
// what they cost as of today, in so many words. Of a charge that was paid late
// only the fee may be left.
type Charge struct {
	ID      id.ID
	Item    string
	Due     clock.Date
	Amount  money.Fen
	Left    money.Fen
	Late    int
	LateFee money.Fen
	How     []string
}

// Way is a channel that can be paid through, in the ways that its merchant has
// opened: Code by a code for another telephone, Phone and Desk in a browser of a
// telephone and of a computer. Identify is where the channel's own browser is
// sent to say who pays the merchant who is paid next; "" when he cannot be paid
// there.
type Way struct {
	Channel, Name string
	Code          bool
	Phone, Desk   bool
	Identify      string
	Payees        []Payee // several, when the bill belongs to several merchants
}

// Payee is a merchant and what of the bill is paid to him.
type Payee struct {
	Merchant id.ID
	Name     string
	Charges  []id.ID
}

// Bill reads what the room of a code owes now. Errors: ErrGone, ErrTooMany.
func (s *Service) Bill(ctx context.Context, who actor.Actor, token string) (Bill, error) {
	q := s.DB.Reader(ctx)
	o, err := s.open(ctx, q, who, token)
	if err != nil {
		return Bill{}, err
	}
	b, err := s.bill(ctx, q, &o)
	if err != nil {
		return b, fmt.Errorf("read bill of pay code: %w", err)
	}
	return b, nil
}

func (s *Service) bill(ctx context.Context, q db.Q, o *opened) (Bill, error) {
	b := Bill{At: s.DB.Clock().Now()}
	var err error
	if b.Company, b.Project, b.Phone, err = s.house(ctx, q, o.project); err != nil {
		return b, err
	}
	whole, err := s.Cashier.Seat(ctx, o.project, o.Room)
	if err != nil {
		return b, err
	}
	seat := whole.OfRoom()
	b.Room, b.Payer, b.Owed, b.Choice = seat.Room.Label, Masked(seat.PayerName), seat.Owed, seat.Setting.Choice
	b.Months, b.LateOwed = monthsOf(seat, clock.DateOf(b.At)), seat.LateOwed
	if b.Unread, err = s.Notify.Unopened(ctx, q, o.project, o.Room, o.Payer); err != nil {
		return b, err
	}
	if b.Ways, err = s.ways(ctx, q, o.project); err != nil {
		return b, err
	}
	if err := s.addPayees(ctx, q, o, seat, &b); err != nil {
		return b, err
	}
	return b, s.addOrder(ctx, q, o, &b)
}

// house is who stands on a page or a paper: the company, the project, and whom to ring.
func (s *Service) house(ctx context.Context, q db.Q, project id.ID) (company, name, phone string, err error) {
	p, err := s.Estate.Project(ctx, q, project)
	if err == nil && s.Company != nil {
		company, err = s.Company(ctx)
	}
	if err != nil {
		return "", "", "", err
	}
	ps, err := s.Cashier.PrintSetting(ctx, q, project)
	return company, p.Name, ps.Phone, err
}

// addOrder tells of the order that is being paid, or of the one that was.
func (s *Service) addOrder(ctx context.Context, q db.Q, o *opened, b *Bill) error {
	open, err := s.Payment.OpenOrderOf(ctx, q, o.project, o.Room)
	if err != nil {
		return err
	}
	last, err := newestOrder(ctx, q, o.project, o.ID, clock.DateOf(b.At).Start())
	if err != nil {
		return err
	}
	b.Busy = open != nil && open.ID != last
	if last == 0 {
		return nil
	}
	b.Order, err = s.order(ctx, q, o.project, last)
	return err
}

func monthsOf(seat *cashier.Seat, today clock.Date) []Month {
	out := []Month{}
	in := func(month clock.Month) *Month {
		at, found := slices.BinarySearchFunc(out, month, func(m Month, want clock.Month) int { return int(m.Month) - int(want) })
		if !found {
			out = slices.Insert(out, at, Month{Month: month})
		}
		return &out[at]
	}
	for _, x := range seat.Open {
		m := in(x.Month)
		m.Sum += x.Left
		m.Charges = append(m.Charges, Charge{ID: x.Charge, Item: x.ItemName, Due: x.Due, Amount: x.Amount, Left: x.Left, Late: max(0, today.Sub(x.Due))})
	}
	for i := range seat.Late {
		l := &seat.Late[i].Fee
		m := in(l.Charge.Month)
		m.Sum += l.Left()
		at := slices.IndexFunc(m.Charges, func(c Charge) bool { return c.ID == l.Charge.ID })
		if at < 0 {
			at = len(m.Charges)
			m.Charges = append(m.Charges, Charge{ID: l.Charge.ID, Item: l.Charge.ItemName, Due: l.Charge.Due, Amount: l.Charge.Amount, Late: max(0, l.Result.Days)})
		}
		m.Charges[at].LateFee, m.Charges[at].How = l.Left(), l.Lines()
	}
	return out
}

// share is what of a bill belongs to one merchant.
type share struct {
	payee   payment.Payee
	charges []id.ID
}

// sharesOf splits a bill by its merchants, in the order in which they are paid:
// by month, because whoever pays for some months pays for the oldest, so that the
// first merchant takes part in whatever is chosen.
func sharesOf(seat *cashier.Seat, payeeOf func(item id.ID) payment.Payee) []share {
	type due struct {
		month        clock.Month
		charge, item id.ID
	}
	var all []due
	for _, x := range seat.Open {
		all = append(all, due{x.Month, x.Charge, x.Item})
	}
	for i := range seat.Late {
		c := &seat.Late[i].Fee.Charge
		all = append(all, due{c.Month, c.ID, c.Item})
	}
	slices.SortStableFunc(all, func(a, b due) int { return cmp.Compare(a.month, b.month) })
	var out []share
	for _, x := range all {
		to := payeeOf(x.item)
		at := slices.IndexFunc(out, func(o share) bool { return o.payee.ID == to.ID })
		if at < 0 {
			at, out = len(out), append(out, share{payee: to})
		}
		if !slices.Contains(out[at].charges, x.charge) {
			out[at].charges = append(out[at].charges, x.charge)
		}
	}
	return out
}

// addPayees tells whose the bill is, channel by channel.
func (s *Service) addPayees(ctx context.Context, q db.Q, o *opened, seat *cashier.Seat, b *Bill) error {
	for i := range b.Ways {
		w := &b.Ways[i]
		routing, err := s.Payment.Routing(ctx, q, o.project, w.Channel)
		if err != nil {
			return err
		}
		next, products := routing.Default(), []payment.Products{}
		shares := sharesOf(seat, routing.Of)
		for i, x := range shares {
			if i == 0 {
				next = x.payee
			}
			products = append(products, x.payee.Products)
			if len(shares) > 1 {
				w.Payees = append(w.Payees, Payee{x.payee.ID, x.payee.Name, x.charges})
			}
		}
		w.follow(products)
		if w.Identify, err = s.Payment.Identify(ctx, q, o.project, w.Channel, next.Account, s.link(o.token)); err != nil {
			return err
		}
	}
	b.Ways = slices.DeleteFunc(b.Ways, func(w Way) bool { return !w.Code && !w.Phone && !w.Desk && w.Identify == "" })
	return nil
}

// follow offers what those have opened who get the money: what all of them have,
// or the first, where they have nothing in common, because each is paid alone.
func (w *Way) follow(products []payment.Products) {
	if len(products) == 0 {
		return
	}
	all := products[0]
	for _, p := range products[1:] {
		all &= p
	}
	if all&(payment.ProductCode|payment.ProductPhone|payment.ProductDesk) == 0 {
		all = products[0]
	}
	w.Code, w.Phone, w.Desk = all.Has(payment.ProductCode), all.Has(payment.ProductPhone), all.Has(payment.ProductDesk)
}

func (s *Service) ways(ctx context.Context, q db.Q, project id.ID) ([]Way, error) {
	opened, err := s.Payment.Products(ctx, q, project)
	if err != nil {
		return nil, err
	}
	out := []Way{}
	for _, c := range s.Payment.Channels() {
		has := opened[c.Key()]
		if _, active := opened[c.Key()]; active {
			out = append(out, Way{Channel: c.Key(), Name: c.Name(), Code: has.Has(payment.ProductCode), Phone: has.Has(payment.ProductPhone), Desk: has.Has(payment.ProductDesk)})
		}
	}
	return out, nil
}

// Explain says how an open charge of the code's room was computed. Errors:
// ErrGone, ErrTooMany, fault.ErrNotFound for a charge of another room.
func (s *Service) Explain(ctx context.Context, who actor.Actor, token string, charge id.ID) (billing.Explanation, error) {
	q := s.DB.Reader(ctx)
	o, err := s.open(ctx, q, who, token)
	if err != nil {
		return billing.Explanation{}, err
	}
	seat, err := s.Cashier.Seat(ctx, o.project, o.Room)
	if err != nil {
		return billing.Explanation{}, fmt.Errorf("explain charge of pay code: %w", err)
	}
	seat = seat.OfRoom()
	late := func(l cashier.LateDue) bool { return l.Fee.Charge.ID == charge }
	if !slices.ContainsFunc(seat.Open, func(x cashier.Open) bool { return x.Charge == charge }) && !slices.ContainsFunc(seat.Late, late) {
		return billing.Explanation{}, fault.ErrNotFound
	}
	e, err := s.Billing.Explain(ctx, q, o.project, charge)
	if err != nil {
		return e, fmt.Errorf("explain charge of pay code: %w", err)
	}
	return e, nil
}

// Masked leaves the first character of a name: 张*, 欧**.
func Masked(name string) string {
	return crypt.MaskName(name)
}
