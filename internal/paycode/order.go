package paycode

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/payment"
)

// payer is how orders and receipts name who made them: nobody of the staff.
const payer = "缴费二维码"

// Ask is what a payer wants to pay.
type Ask struct {
	Channel  string
	Phone    bool          // in this browser; else by a QR code for another telephone
	Desk     bool          // and this browser is a computer's
	Ticket   string        // of Who, in the channel's own browser
	Months   []clock.Month // empty is everything
	Merchant id.ID         // only what is paid to him; 0 is everything
	Amount   money.Fen     // as shown, late fees included
	Key      string        // of the intention
}

// Order is a payment made with a code, as its payer may see it.
type Order struct {
	ID        id.ID
	Number    string
	Channel   string
	Phone     bool
	Desk      bool
	State     payment.OrderState
	Closing   bool
	Amount    money.Fen
	Count     int               // charges it pays
	Page      string            // of the channel, for this browser, while it can be paid
	Inside    bool              // paid in the channel's own browser
	Invoke    map[string]string // what that browser is handed, while it can be paid
	Code      string            // text of the QR code, while it can be paid
	Receipt   string            // number
	Proof     string            // where this server shows the receipt to whoever paid
	PaidAt    time.Time
	ToPrepay  money.Fen // of what was paid, kept as prepaid money
	Lines     []cashier.Line
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Pay opens an order for what the room owes, or answers the one that is open
// already for the same. Errors: ErrGone, ErrTooMany, ErrNothing, ErrChanged,
// ErrPaying, ErrBusy, ErrWhoGone, cashier.ErrNoChoice, payment.ErrNoMerchant,
// payment.ErrNoMobile, payment.ErrNoDesktop, payment.ErrPayerElsewhere,
// payment.ErrOrderKey.
func (s *Service) Pay(ctx context.Context, who actor.Actor, token string, ask Ask) (*Order, error) {
	o, err := s.open(ctx, s.DB.Reader(ctx), who, token)
	if err != nil {
		return nil, err
	}
	by, err := s.ticket(&o, ask.Channel, ask.Ticket)
	if err != nil {
		return nil, err
	}
	var out *Order
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := lockActive(ctx, tx, o.project, o.Room)
		if err != nil {
			return err
		}
		if c.ID != o.ID {
			return ErrGone
		}
		order, err := s.begun(ctx, tx, &o, &ask, by)
		if err == nil && order == 0 {
			order, err = s.begin(db.Join(ctx, tx), tx, who, &o, &ask, by)
		}
		if err != nil {
			return err
		}
		out, err = s.order(ctx, tx, o.project, order)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pay by code: %w", publicly(err))
	}
	return out, nil
}

// publicly keeps what the counter says to its staff from those who pay.
func publicly(err error) error {
	switch {
	case errors.Is(err, cashier.ErrOwedChanged), errors.Is(err, cashier.ErrChargeGone), errors.Is(err, cashier.ErrLateChanged):
		return ErrChanged
	case errors.Is(err, payment.ErrOrderOpen):
		return ErrBusy
	}
	return err
}

func (a *Ask) key(o *opened) string { return "paycode/" + o.ID.String() + "/" + a.Key }

// begun finds the order that this intention, or another window with the same
// wish, has made already; 0 when there is none.
func (s *Service) begun(ctx context.Context, tx *db.Tx, o *opened, ask *Ask, by payment.Who) (id.ID, error) {
	inside := ""
	if by.Payer != "" {
		inside = s.Payment.InsideOf(o.project, by)
	}
	old, found, err := s.Payment.OrderByKey(ctx, tx, o.project, ask.key(o))
	if err != nil {
		return 0, err
	}
	same := func(x *payment.Order) bool {
		return x.Amount == ask.Amount && x.Channel == ask.Channel && x.Phone == ask.Phone && x.Desk == ask.Desk && x.Inside == inside
	}
	if found {
		if !same(&old) {
			return 0, payment.ErrOrderKey
		}
		return old.ID, nil
	}
	open, err := s.Payment.OpenOrderOf(ctx, tx, o.project, o.Room)
	if err != nil || open == nil {
		return 0, err
	}
	mine, err := madeBy(ctx, tx, o.project, open.ID, o.ID)
	switch {
	case err != nil:
		return 0, err
	case !mine:
		return 0, ErrBusy
	case !same(open) || open.Closing:
		return 0, ErrPaying
	}
	return open.ID, nil
}

// begin opens the order; ctx is joined to tx.
func (s *Service) begin(ctx context.Context, tx *db.Tx, who actor.Actor, o *opened, ask *Ask, by payment.Who) (id.ID, error) {
	n, err := ordersSince(ctx, tx, o.project, o.ID, tx.Now().Add(-ordersWithin))
	if err != nil {
		return 0, err
	}
	if n >= ordersAllowed {
		return 0, ErrTooMany
	}
	whole, err := s.Cashier.Seat(ctx, o.project, o.Room)
	if err != nil {
		return 0, err
	}
	seat := whole.OfRoom()
	if seat.Owed+seat.LateOwed == 0 {
		return 0, ErrNothing
	}
	in := cashier.OrderTaking{Channel: ask.Channel, Key: ask.key(o), Room: o.Room, Amount: ask.Amount, ExpectedOwed: seat.Owed, ExpectedLate: &seat.LateOwed,
		Merchant: ask.Merchant, OnlyRoom: true}
	if err := s.wanted(ctx, tx, o.project, seat, ask, &in); err != nil {
		return 0, err
	}
	if ask.Phone {
		in.Phone = &payment.Phone{Back: s.link(o.token) + "?back=1", Address: who.Address, Desk: ask.Desk, Who: by}
	}
	order, err := s.Cashier.OpenOrder(ctx, actor.Actor{Name: payer, Address: who.Address}, o.project, in)
	if err != nil {
		return 0, err
	}
	return order.ID, linkOrder(ctx, tx, o.project, order.ID, o.ID)
}

// wanted chooses what is paid; without a choice everything that the merchant
// takes. Error: ErrChanged when it comes to another sum than was shown.
func (s *Service) wanted(ctx context.Context, q db.Q, project id.ID, seat *cashier.Seat, ask *Ask, in *cashier.OrderTaking) error {
	routing, err := s.Payment.Routing(ctx, q, project, ask.Channel)
	if err != nil {
		return err
	}
	var sum money.Fen
	left := false
	takes := func(month clock.Month, item id.ID) bool {
		to := routing.Of(item)
		if ask.Merchant != 0 && to.ID != ask.Merchant {
			return false
		}
		chosen := len(ask.Months) == 0 || slices.Contains(ask.Months, month)
		left = left || !chosen
		return chosen
	}
	for _, x := range seat.Open {
		if takes(x.Month, x.Item) {
			in.Charges, sum = append(in.Charges, x.Charge), sum+x.Left
		}
	}
	for i := range seat.Late {
		if l := &seat.Late[i].Fee; takes(l.Charge.Month, l.Charge.Item) {
			in.Late, sum = append(in.Late, l.Charge.ID), sum+l.Left()
		}
	}
	if sum != ask.Amount {
		return ErrChanged
	}
	if !left {
		in.Charges, in.Late = nil, nil
	}
	return nil
}

// Order reads an order that was made with the code. Errors: ErrGone,
// ErrTooMany, fault.ErrNotFound for any other order.
func (s *Service) Order(ctx context.Context, who actor.Actor, token string, order id.ID) (*Order, error) {
	q := s.DB.Reader(ctx)
	o, err := s.mine(ctx, q, who, token, order)
	if err != nil {
		return nil, err
	}
	out, err := s.order(ctx, q, o.project, order)
	if err != nil {
		return nil, fmt.Errorf("read order of pay code: %w", err)
	}
	return out, nil
}

// Cancel wants an order of the code closed; money that came meanwhile wins. An
// order that has ended is answered as it ended, so that asking twice does no
// harm: nobody is signed in here whose answers could be kept. Errors: those of
// Order.
func (s *Service) Cancel(ctx context.Context, who actor.Actor, token string, order id.ID) (*Order, error) {
	o, err := s.mine(ctx, s.DB.Reader(ctx), who, token, order)
	if err != nil {
		return nil, err
	}
	if _, err := s.Payment.CancelOrder(ctx, actor.Actor{Name: payer, Address: who.Address}, o.project, order, "付款人取消"); err != nil && !errors.Is(err, payment.ErrOrderEnded) {
		return nil, err
	}
	return s.order(ctx, s.DB.Reader(ctx), o.project, order)
}

func (s *Service) mine(ctx context.Context, q db.Q, who actor.Actor, token string, order id.ID) (opened, error) {
	o, err := s.open(ctx, q, who, token)
	if err != nil {
		return o, err
	}
	yes, err := madeBy(ctx, q, o.project, order, o.ID)
	if err == nil && !yes {
		err = fault.ErrNotFound
	}
	return o, err
}

func (s *Service) order(ctx context.Context, q db.Q, project, order id.ID) (*Order, error) {
	p, err := s.Payment.Order(ctx, q, project, order)
	if err != nil {
		return nil, err
	}
	out := &Order{ID: p.ID, Number: p.Number, Channel: p.Channel, Phone: p.Phone, Desk: p.Desk, Inside: p.Inside != "", State: p.State, Closing: p.Closing, Amount: p.Amount, Count: len(p.Lines),
		Receipt: p.ReceiptNumber, CreatedAt: p.CreatedAt, ExpiresAt: p.ExpiresAt}
	if p.State == payment.OrderWaiting && !p.Closing {
		switch {
		case out.Inside:
			if out.Invoke, err = s.Payment.Invocation(ctx, q, project, &p); err != nil {
				return nil, err
			}
		case p.Phone:
			out.Page = p.Code
		default:
			out.Code = p.Code
		}
	}
	if p.Receipt == 0 {
		return out, nil
	}
	r, err := s.Cashier.Receipt(ctx, q, project, p.Receipt)
	if err != nil {
		return nil, err
	}
	out.PaidAt, out.Lines, out.ToPrepay, out.Proof = r.At, r.Lines, r.ToPrepay, proofPath+s.proofToken(project, r.ID)
	return out, nil
}
