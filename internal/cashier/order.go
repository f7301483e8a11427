package cashier

import (
	"context"
	"fmt"
	"slices"
	"time"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// ErrOnline is answered when a receipt of online money is to be made void: the
// money lies with the channel.
var ErrOnline = fault.New(fault.Conflict, "receipt_online", "这张收据是线上收的款，不能作废，可以申请红冲或退款，原路退回")

// online reports whether the method comes by orders and callbacks only.
func (m Method) online() bool { return m == MethodWechat || m == MethodAlipay }

// paidOnline reports whether money of the receipt lies with a channel.
func (r *Receipt) paidOnline() bool {
	return slices.ContainsFunc(r.Pays, func(p Pay) bool { return p.Method.online() })
}

// OrderTaking is what the counter hands over for a code.
type OrderTaking struct {
	Channel         string
	Key             string // of the intention; the same key answers the same order
	Room            id.ID
	Charges         []id.ID // chosen charges; empty means whatever is owed
	Late            []id.ID // charges whose late fees are chosen, as in Taking
	Merchant        id.ID   // only what this merchant takes; 0 must come out as one merchant
	Amount          money.Fen
	ExpectedOwed    money.Fen
	ExpectedPrepaid *money.Fen
	ExpectedLate    *money.Fen // late fees as shown; nil: the order takes none
	Confirmed       bool
	OnlyRoom        bool            // the payer sees only this room: the rest of the household is left out
	Phone           *payment.Phone  // paid in the browser of a telephone; nil asks for a code
	PayerCode       string          // scanned from the payer's telephone: the money is taken at once
	Within          actor.Buildings // as in Taking
}

// OpenOrder asks a payment channel for an amount: the charges, their late fees
// and what each gets are fixed now, by the same rules as cash, and booked when it
// is paid. Late fees are taken only when the asker says which sum he was shown.
// Errors: those of Receive and of payment.OpenOrder, ErrOrderSplit,
// ErrOrderWhose, ErrNearlyOver.
func (s *Service) OpenOrder(ctx context.Context, who actor.Actor, project id.ID, in OrderTaking) (payment.Order, error) {
	var o payment.Order
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := s.plan(ctx, tx, who, project, &in)
		if err != nil {
			return err
		}
		merchant, err := p.one(in.Merchant)
		if err != nil {
			return err
		}
		ask, err := p.ask(tx, &in, merchant)
		if err != nil {
			return err
		}
		o, err = s.payment.OpenOrder(ctx, tx, who, project, ask)
		return err
	})
	if err != nil {
		return payment.Order{}, fmt.Errorf("open order: %w", err)
	}
	return o, nil
}

// OfRoom is the seat with what is owed for its own room only: without other
// rooms of the payer and those who have left.
func (seat *Seat) OfRoom() *Seat {
	out := *seat
	out.Open, out.Former, out.Late, out.LateOwed = []Open{}, nil, nil, 0
	for _, o := range seat.Open {
		if o.Room == seat.Room.ID {
			out.Open = append(out.Open, o)
		}
	}
	for _, l := range seat.Late {
		if l.Fee.Charge.Subject == seat.Room.ID {
			out.Late, out.LateOwed = append(out.Late, l), out.LateOwed+l.Left()
		}
	}
	out.Owed = sumLeft(out.Open)
	return &out
}

// orderTitle is what the payer reads on the telephone.
func orderTitle(r *Receipt) string {
	if len(r.Lines) == 0 {
		return r.RoomLabel + " 物业预存"
	}
	what := r.Lines[0].ItemName
	for _, l := range r.Lines {
		if l.ItemName != what {
			return r.RoomLabel + " 物业费用"
		}
	}
	return r.RoomLabel + " " + what
}

// SettleOrders gives the receipts for money that came through a channel, inside
// the transaction that records the money, in the order of list. What the charges
// of an order do not owe any more becomes prepaid money of its payer.
func (s *Service) SettleOrders(ctx context.Context, tx *db.Tx, project id.ID, list []payment.Settling) ([]payment.Settled, error) {
	out := make([]payment.Settled, len(list))
	left := make([]int, len(list))
	for i := range left {
		left[i] = i
	}
	for len(left) > 0 {
		var err error
		if left, err = s.settleRound(ctx, tx, project, list, left, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// settleRound settles those of which that are of different households, and
// answers the others: what one pays changes what the next one of its household
// finds owed.
func (s *Service) settleRound(ctx context.Context, tx *db.Tx, project id.ID, list []payment.Settling, which []int, out []payment.Settled) (left []int, err error) {
	rooms := make([]id.ID, len(which))
	for i, w := range which {
		rooms[i] = list[w].Order.Room
	}
	households, err := s.estate.Households(ctx, tx, project, rooms)
	if err != nil {
		return nil, err
	}
	taken := map[id.ID]bool{}
	var now []int
	var round []estate.Household
	for i, h := range households {
		if slices.ContainsFunc(h.Rooms, func(r estate.Room) bool { return taken[r.ID] }) {
			left = append(left, which[i])
			continue
		}
		for _, r := range h.Rooms {
			taken[r.ID] = true
		}
		now, round = append(now, which[i]), append(round, h)
	}
	seats, err := s.lockSeats(ctx, tx, project, round)
	if err != nil {
		return nil, err
	}
	bookings := make([]booking, len(now))
	for i, w := range now {
		day, err := s.dayOf(ctx, tx, project, list[w].PaidAt)
		if err != nil {
			return nil, err
		}
		bookings[i] = settling(tx, seats[i], &list[w], day)
	}
	if err := s.bookAll(ctx, tx, project, bookings); err != nil {
		return nil, err
	}
	for i, w := range now {
		r := bookings[i].receipt
		out[w] = payment.Settled{Receipt: r.ID, Number: r.Number, Day: r.Date, Rest: r.ToPrepay}
	}
	return left, nil
}

// dayOf is the business day of money that came through a channel: the one it was
// paid on, however late we are told, or today when that month is closed.
func (s *Service) dayOf(ctx context.Context, tx *db.Tx, project id.ID, paid time.Time) (clock.Date, error) {
	today := clock.DateOf(tx.Now())
	if paid.IsZero() || clock.DateOf(paid) >= today {
		return today, nil
	}
	return s.ledger.OpenDay(ctx, tx, project, clock.DateOf(paid), today)
}

// settling drafts the receipt of a paid order.
func settling(tx *db.Tx, seat *Seat, in *payment.Settling, day clock.Date) booking {
	o := &in.Order
	who := actor.Actor{Account: o.CreatedBy, Name: o.CreatedName}
	r := &Receipt{ID: tx.NewID(), Room: o.Room, RoomLabel: o.RoomLabel, Payer: o.Payer, PayerName: o.PayerName, Policy: Policy(o.Policy),
		Amount: in.Amount, OwedBefore: seat.Owed, Cashier: who.Account, CashierName: who.Name, Date: day, At: tx.Now(),
		State: StateValid, Pays: []Pay{{Method: Method(o.Channel), Amount: in.Amount, Reference: in.Transaction}}, Lines: []Line{}}
	r.ToPrepay = r.Amount - r.meet(tx, seat, in.Lines, in.Amount)
	r.OwedAfter = r.OwedBefore - (r.Amount - r.ToPrepay)
	r.PrepaidAfter = seat.Prepaid + r.ToPrepay
	return booking{who, seat, r}
}

// meet gives the lines of an order what their charges, and late fees, still
// owe, and answers the sum.
func (r *Receipt) meet(tx *db.Tx, seat *Seat, lines []payment.OrderLine, amount money.Fen) money.Fen {
	open := map[id.ID]Open{}
	for _, o := range seat.all() {
		open[o.Charge] = o
	}
	var sum money.Fen
	for _, l := range lines {
		if l.Late {
			sum += r.meetLate(tx, seat, l, amount-sum)
			continue
		}
		o, owed := open[l.Charge]
		part := min(l.Amount, o.Left, amount-sum)
		if !owed || part <= 0 {
			continue
		}
		r.Lines = append(r.Lines, Line{Charge: o.Charge, Room: o.Room, RoomLabel: o.RoomLabel, Item: o.Item, ItemName: o.ItemName, Month: o.Month,
			Owed: o.Left, Amount: part})
		if !seat.isOwn(o.Charge) {
			r.OwedBefore += o.Left
		}
		sum += part
	}
	return sum
}

// meetLate gives a line its late fee, at most what is left of it after waivers.
func (r *Receipt) meetLate(tx *db.Tx, seat *Seat, line payment.OrderLine, most money.Fen) money.Fen {
	at := slices.IndexFunc(seat.Late, func(l LateDue) bool { return l.Fee.Charge.ID == line.Charge })
	if at < 0 {
		return 0
	}
	l := &seat.Late[at]
	c := &l.Fee.Charge
	part := min(line.Amount, l.Left(), most)
	if part <= 0 {
		return 0
	}
	l.Charge = tx.NewID()
	r.Lines = append(r.Lines, Line{Charge: l.Charge, Room: c.Subject, RoomLabel: l.RoomLabel, ItemName: c.ItemName + billing.LateItemName, Month: c.Month,
		Owed: l.Left(), Amount: part})
	r.OwedBefore += part
	return part
}
