package cashier

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// What is refused about merchants and late fees of an order.
var (
	ErrOrderSplit = fault.New(fault.Conflict, "order_split", "这些费用分几个商户收款，请一个商户一笔分开收")
	ErrOrderWhose = fault.New(fault.Conflict, "order_merchant", "多收的钱存入预存，由默认商户收，请分开收")
	ErrNearlyOver = fault.New(fault.Conflict, "late_fee_midnight", "快到零点了，违约金马上要变，请过两分钟再收")
)

// dayLeft is how much of a day must be left for an order with a late fee.
const dayLeft = 2 // minutes

// OrderPart is what one merchant takes of what is paid together.
type OrderPart struct {
	Payee    payment.Payee
	Amount   money.Fen
	ToPrepay money.Fen
	Late     money.Fen // of Amount
	Charges  []id.ID
	LateOf   []id.ID // charges whose late fees it takes
}

// OrderParts tells how what is to be paid through a channel belongs to its
// merchants, in the order in which it is asked for: one part is one order.
// Errors: those of OpenOrder.
func (s *Service) OrderParts(ctx context.Context, who actor.Actor, project id.ID, in OrderTaking) ([]OrderPart, error) {
	var out []OrderPart
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		o, err := s.plan(ctx, tx, who, project, &in)
		out = o.parts
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("parts of order: %w", err)
	}
	return out, nil
}

// planned is an order before it is asked for.
type planned struct {
	draft Receipt
	lines []payment.OrderLine
	parts []OrderPart
	late  money.Fen
}

// plan allocates what is to be paid by the rules of the counter, and tells
// whose it is.
func (s *Service) plan(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in *OrderTaking) (planned, error) {
	var p planned
	if in.Amount <= 0 || in.Amount > maxPay {
		return p, ErrPays.Say("收款金额应大于零，最多 10 亿元").At("body.amount", "应大于零，最多 10 亿元", int64(in.Amount))
	}
	t := Taking{Room: in.Room, Charges: in.Charges, Late: in.Late, ExpectedOwed: in.ExpectedOwed, ExpectedPrepaid: in.ExpectedPrepaid, ExpectedLate: in.ExpectedLate,
		Confirmed: in.Confirmed, Pays: []Pay{{Method: Method(in.Channel), Amount: in.Amount}}}
	seat, err := s.lockSeat(ctx, tx, project, in.Room)
	if err == nil {
		err = reach(&estate.Household{Room: seat.Room, Rooms: seat.Rooms}, in.Within)
	}
	if err != nil {
		return p, err
	}
	if in.OnlyRoom {
		seat = seat.OfRoom()
	}
	if err := s.sameAsShown(ctx, tx, project, seat, &t); err != nil {
		return p, err
	}
	if in.ExpectedLate == nil {
		seat.Late, seat.LateOwed = nil, 0 // nobody was shown one
	}
	routing, err := s.payment.Routing(ctx, tx, project, in.Channel)
	if err != nil {
		return p, err
	}
	if in.Merchant != 0 {
		seat = seat.of(&routing, in.Merchant)
	}
	if p.draft, err = draft(tx, who, seat, &t); err != nil {
		return p, err
	}
	p.share(seat, &routing)
	return p, nil
}

// of is the seat with what one merchant takes.
func (seat *Seat) of(routing *payment.Routing, merchant id.ID) *Seat {
	other := func(o Open) bool { p := routing.Of(o.Item); return p.ID != merchant }
	out := *seat
	out.Open, out.Former, out.LateOwed = slices.DeleteFunc(slices.Clone(seat.Open), other), nil, 0
	out.Late = slices.DeleteFunc(slices.Clone(seat.Late), func(l LateDue) bool {
		p := routing.Of(l.Fee.Charge.Item)
		return p.ID != merchant
	})
	for _, f := range seat.Former {
		f.Open = slices.DeleteFunc(slices.Clone(f.Open), other)
		out.Former = append(out.Former, f)
	}
	for _, l := range out.Late {
		out.LateOwed += l.Left()
	}
	out.Owed = sumLeft(out.Open)
	return &out
}

// share gives every line to its merchant, and prepaid money to the default.
func (p *planned) share(seat *Seat, routing *payment.Routing) {
	part := func(to payment.Payee) *OrderPart {
		at := slices.IndexFunc(p.parts, func(x OrderPart) bool { return x.Payee.ID == to.ID })
		if at < 0 {
			at, p.parts = len(p.parts), append(p.parts, OrderPart{Payee: to})
		}
		return &p.parts[at]
	}
	for _, l := range p.draft.Lines {
		if late := seat.lateMade(l.Charge); late != nil {
			c := &late.Fee.Charge
			x := part(routing.Of(c.Item))
			x.Amount, x.Late, x.LateOf = x.Amount+l.Amount, x.Late+l.Amount, append(x.LateOf, c.ID)
			p.lines, p.late = append(p.lines, payment.OrderLine{Charge: c.ID, Amount: l.Amount, Late: true}), p.late+l.Amount
			continue
		}
		x := part(routing.Of(l.Item))
		x.Amount, x.Charges = x.Amount+l.Amount, append(x.Charges, l.Charge)
		p.lines = append(p.lines, payment.OrderLine{Charge: l.Charge, Amount: l.Amount})
	}
	if rest := p.draft.ToPrepay; rest > 0 {
		x := part(routing.Default())
		x.Amount, x.ToPrepay = x.Amount+rest, rest
	}
}

// lateMade is the late fee that a line takes, or nil.
func (seat *Seat) lateMade(charge id.ID) *LateDue {
	for i := range seat.Late {
		if l := &seat.Late[i]; l.Charge != 0 && l.Charge == charge {
			return l
		}
	}
	return nil
}

// one is the merchant that an order goes to. Errors: ErrOrderSplit,
// ErrOrderWhose.
func (p *planned) one(merchant id.ID) (id.ID, error) {
	if len(p.parts) == 1 {
		if merchant != 0 && p.parts[0].Payee.ID != merchant {
			return 0, ErrOrderWhose
		}
		return p.parts[0].Payee.ID, nil
	}
	if merchant != 0 {
		return 0, ErrOrderWhose
	}
	words := make([]string, len(p.parts))
	for i, x := range p.parts {
		words[i] = fmt.Sprintf("%s %s 元", x.Payee.Name, x.Amount.Comma())
	}
	return 0, ErrOrderSplit.Say("这些费用分 %d 个商户收款：%s。请一个商户一笔分开收", len(p.parts), strings.Join(words, "、"))
}

// ask is the order for a channel. An order with a late fee ends with its day,
// because the fee is that of the day.
func (p *planned) ask(tx *db.Tx, in *OrderTaking, merchant id.ID) (payment.NewOrder, error) {
	r := &p.draft
	ask := payment.NewOrder{Channel: in.Channel, Merchant: merchant, Key: in.Key, Room: r.Room, RoomLabel: r.RoomLabel, Payer: r.Payer, PayerName: r.PayerName,
		Title: orderTitle(r), Policy: string(r.Policy), Amount: r.Amount, ToPrepay: r.ToPrepay, Lines: p.lines, Phone: in.Phone, PayerCode: in.PayerCode}
	if p.late > 0 {
		ask.Until = clock.DateOf(tx.Now()).AddDays(1).Start()
		if ask.Until.Sub(tx.Now()).Minutes() < dayLeft {
			return ask, ErrNearlyOver
		}
	}
	return ask, nil
}
