package bench

import (
	"context"
	"fmt"
	"time"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// ordersAtOnce is how many orders of the prepared day are one transaction.
const ordersAtOnce = 200

// spoilings are what goes wrong with orders; beside them is money that no order
// asked for.
var spoilings = [...]reconcile.DifferenceKind{reconcile.KindUncredited, reconcile.KindMissing, reconcile.KindAmount, reconcile.KindFee, reconcile.KindRefund}

// prepare makes a day whose bill has so many lines: rooms, a run, an order for
// each room, paid at the channel and credited here, all by the product's own
// commands. The channel is not told of the orders one by one (two signatures
// each), it finds them in its books as paid.
func (w *reconcileWorld) prepare(ctx context.Context, lines int) error {
	each := max(1, lines/2000)
	orders := lines - each // for each missing one there is one more refund
	unknown := each
	projects, err := prepareSome(ctx, w.app, w.who, 1, orders)
	if err != nil {
		return err
	}
	w.project = projects[0]
	month := clock.MonthOf(w.now.Now())
	if err := (&callbackWorld{app: w.app, who: w.who}).charge(ctx, w.project, month); err != nil {
		return err
	}
	if w.merchant, err = w.app.Payment.SetMerchant(ctx, w.who, w.project, w.street.merchant); err != nil {
		return err
	}
	owed, err := w.owed(ctx)
	if err != nil {
		return err
	}
	if len(owed) != orders {
		return fmt.Errorf("%d rooms owe something, %d were made", len(owed), orders)
	}
	pace := 23 * time.Hour / time.Duration(orders/ordersAtOnce+1)
	step := orders / (each * len(spoilings))
	for from := 0; from < orders; from += ordersAtOnce {
		if err := w.pay(ctx, owed[from:min(from+ordersAtOnce, orders)], from, step, each*len(spoilings)); err != nil {
			return err
		}
		w.now.Advance(pace)
	}
	for i := range unknown {
		number := fmt.Sprintf("PAPER%08d", i)
		if err := w.street.bare(number, 88_00); err != nil {
			return err
		}
		w.planted[number] = reconcile.KindUnknown
	}
	return forgetAnnouncing(ctx, w.app.DB)
}

type roomOwed struct {
	room   id.ID
	amount money.Fen
}

// owed is what each room owes, in the order of the rooms.
func (w *reconcileWorld) owed(ctx context.Context) ([]roomOwed, error) {
	var out []roomOwed
	at := map[id.ID]int{}
	for f := (billing.Filter{Request: page.Request{Limit: 200}}); ; {
		l, err := w.app.Billing.Charges(ctx, w.app.DB.Reader(ctx), w.project, f)
		if err != nil {
			return nil, err
		}
		for _, c := range l.Items {
			i, known := at[c.Subject]
			if !known {
				i, at[c.Subject] = len(out), len(out)
				out = append(out, roomOwed{room: c.Subject})
			}
			out[i].amount += c.Amount
		}
		if f.Cursor = l.Next; l.Next == "" {
			return out, nil
		}
	}
}

// pay opens an order for each of some rooms, has it paid, credits it, and spoils
// what is due: of all orders every step-th, until enough are.
func (w *reconcileWorld) pay(ctx context.Context, rooms []roomOwed, from, step, enough int) error {
	opened := make([]payment.Order, len(rooms))
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		for i, r := range rooms {
			var err error
			if opened[i], err = w.app.Cashier.OpenOrder(db.Join(ctx, tx), w.who, w.project, cashier.OrderTaking{Channel: w.street.channel, Room: r.room, Amount: r.amount, ExpectedOwed: r.amount}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	spoiled := func(i int) (reconcile.DifferenceKind, bool) {
		n := (from + i) / step
		return spoilings[n%len(spoilings)], (from+i)%step == 0 && n < enough
	}
	err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
		for i, o := range opened {
			if err := w.street.bare(o.Number, int64(o.Amount)); err != nil {
				return err
			}
			if kind, spoil := spoiled(i); spoil && kind == reconcile.KindUncredited {
				continue
			}
			transaction, at, ok := w.street.told(o.Number)
			if !ok {
				return fmt.Errorf("the channel does not know %s", o.Number)
			}
			if err := w.app.Payment.Apply(db.Join(ctx, tx), w.project, w.street.channel, payment.Trade{Number: o.Number, Transaction: transaction, Merchant: w.merchant.Account(),
				State: payment.TradePaid, Amount: o.Amount, Currency: "CNY", PaidAt: at}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, o := range opened {
		kind, spoil := spoiled(i)
		if !spoil {
			continue
		}
		if err := w.street.spoil(kind, o.Number, int64(o.Amount)); err != nil {
			return err
		}
		w.planted[o.Number] = kind
	}
	return nil
}
