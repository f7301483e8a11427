package cashier

import (
	"context"
	"fmt"
	"slices"

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
	Amount          money.Fen
	ExpectedOwed    money.Fen
	ExpectedPrepaid *money.Fen
	Confirmed       bool
	OnlyRoom        bool           // the payer sees only this room: the rest of the household is left out
	Phone           *payment.Phone // paid in the browser of a telephone; nil asks for a code
	PayerCode       string         // scanned from the payer's telephone: the money is taken at once
}

// OpenOrder asks a payment channel for an amount: the charges and what each
// gets are fixed now, by the same rules as cash, and booked when it is paid.
// Errors: those of Receive and of payment.OpenOrder.
func (s *Service) OpenOrder(ctx context.Context, who actor.Actor, project id.ID, in OrderTaking) (payment.Order, error) {
	if in.Amount <= 0 || in.Amount > maxPay {
		return payment.Order{}, ErrPays.Say("收款金额应大于零，最多 10 亿元").At("body.amount", "应大于零，最多 10 亿元", int64(in.Amount))
	}
	t := Taking{Room: in.Room, Charges: in.Charges, ExpectedOwed: in.ExpectedOwed, ExpectedPrepaid: in.ExpectedPrepaid, Confirmed: in.Confirmed,
		Pays: []Pay{{Method: Method(in.Channel), Amount: in.Amount}}}
	var o payment.Order
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		seat, err := s.lockSeat(ctx, tx, project, in.Room)
		if err != nil {
			return err
		}
		if in.OnlyRoom {
			seat = seat.OfRoom()
		}
		if err := s.sameAsShown(ctx, tx, project, seat, &t); err != nil {
			return err
		}
		// An order is for a fixed amount, a late fee for the day it is paid on: the counter takes it.
		seat.Late, seat.LateOwed = nil, 0
		r, err := draft(tx, who, seat, &t)
		if err != nil {
			return err
		}
		ask := payment.NewOrder{Channel: in.Channel, Key: in.Key, Room: r.Room, RoomLabel: r.RoomLabel, Payer: r.Payer, PayerName: r.PayerName,
			Title: orderTitle(&r), Policy: string(r.Policy), Amount: r.Amount, ToPrepay: r.ToPrepay, Phone: in.Phone,
			PayerCode: in.PayerCode}
		for _, l := range r.Lines {
			ask.Lines = append(ask.Lines, payment.OrderLine{Charge: l.Charge, Amount: l.Amount})
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
// rooms of the payer, those who have left, and late fees.
func (seat *Seat) OfRoom() *Seat {
	out := *seat
	out.Open, out.Former, out.Late, out.LateOwed = []Open{}, nil, nil, 0
	for _, o := range seat.Open {
		if o.Room == seat.Room.ID {
			out.Open = append(out.Open, o)
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

// SettleOrder gives the receipt for money that came through a channel, inside
// the transaction that records the money. What the order's charges do not owe
// any more becomes prepaid money of its payer.
func (s *Service) SettleOrder(ctx context.Context, tx *db.Tx, project id.ID, in payment.Settling) (payment.Settled, error) {
	o := &in.Order
	seat, err := s.lockSeat(ctx, tx, project, o.Room)
	if err != nil {
		return payment.Settled{}, err
	}
	who := actor.Actor{Account: o.CreatedBy, Name: o.CreatedName}
	r := Receipt{ID: tx.NewID(), Room: o.Room, RoomLabel: o.RoomLabel, Payer: o.Payer, PayerName: o.PayerName, Policy: Policy(o.Policy),
		Amount: in.Amount, OwedBefore: seat.Owed, Cashier: who.Account, CashierName: who.Name, Date: clock.DateOf(tx.Now()), At: tx.Now(),
		State: StateValid, Pays: []Pay{{Method: Method(o.Channel), Amount: in.Amount, Reference: in.Transaction}}, Lines: []Line{}}
	r.ToPrepay = r.Amount - r.meet(seat, in.Lines, in.Amount)
	r.OwedAfter = r.OwedBefore - (r.Amount - r.ToPrepay)
	r.PrepaidAfter = seat.Prepaid + r.ToPrepay
	if err := s.book(ctx, tx, who, project, seat, &r); err != nil {
		return payment.Settled{}, err
	}
	return payment.Settled{Receipt: r.ID, Number: r.Number, Rest: r.ToPrepay}, nil
}

// meet gives the lines of an order what their charges still owe, and answers
// the sum.
func (r *Receipt) meet(seat *Seat, lines []payment.OrderLine, amount money.Fen) money.Fen {
	open := map[id.ID]Open{}
	for _, o := range seat.all() {
		open[o.Charge] = o
	}
	var sum money.Fen
	for _, l := range lines {
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
