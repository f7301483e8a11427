package app_test

import (
	"context"
	"fmt"

	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/latefee"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

// onlineBill is a bill of one amount with an order for it.
func (w *caseWorld) onlineBill(ctx context.Context, amount money.Fen) (project, room id.ID, o payment.Order, err error) {
	if project, room, err = w.fixedDebts(ctx, []clock.Date{20250131}, []money.Fen{amount}); err != nil {
		return 0, 0, o, err
	}
	cred, err := w.merchant()
	if err == nil {
		_, err = w.app.Payment.SetMerchant(ctx, w.who, project, merchantOf(cred))
	}
	if err == nil {
		o, err = w.app.Cashier.OpenOrder(ctx, w.who, project, cashier.OrderTaking{Channel: "wechat", Room: room, Amount: amount, ExpectedOwed: amount})
	}
	return project, room, o, err
}

// shop is the merchant number of the case's project; a line of a bill that
// nobody knows is asked of one project of its merchant.
func (w *caseWorld) shop() string { return fmt.Sprintf("19%08d", w.n) }

// merchant is that merchant with the keys of another one; nobody speaks to the
// channel here.
func (w *caseWorld) merchant() (sim.Credentials, error) {
	s, err := openWechat(w.dir, w.now)
	if err != nil {
		return sim.Credentials{}, err
	}
	cred, err := s.Enrol(wechatShop)
	cred.Number = w.shop()
	return cred, err
}

func (w *caseWorld) captured(ctx context.Context, project id.ID, o *payment.Order, transaction int, amount money.Fen) error {
	return w.app.Payment.Apply(ctx, project, "wechat", payment.Trade{Number: o.Number, Transaction: fmt.Sprintf("4200%024d", transaction), Merchant: o.Merchant,
		State: payment.TradePaid, Amount: amount, Currency: "CNY", PaidAt: w.now.Now()})
}

// notifiedOften is told of one payment many times (G10).
func (w *caseWorld) notifiedOften(ctx context.Context, in caseInput, c *acceptanceCase) error {
	amount := money.Fen(in.number("amount_fen"))
	project, room, o, err := w.onlineBill(ctx, amount)
	if err != nil {
		return err
	}
	for range in.number("notify_times") {
		if err := w.captured(ctx, project, &o, 1, amount); err != nil {
			return err
		}
	}
	list, err := w.app.Cashier.Receipts(ctx, project, cashier.Filter{Request: page.Request{Limit: 200}, Room: room})
	if err != nil {
		return err
	}
	var applied money.Fen
	for i := range list.Items {
		applied += list.Items[i].Amount
	}
	return first(c.expect("receipts", money.Fen(len(list.Items))), c.expect("applied_fen", applied))
}

// paidTwice captures several payments for one bill (G11).
func (w *caseWorld) paidTwice(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var paid []money.Fen
	if err := in.into("paid", &paid); err != nil {
		return err
	}
	project, room, o, err := w.onlineBill(ctx, money.Fen(in.number("bill_fen")))
	if err != nil {
		return err
	}
	for n, amount := range paid {
		if err := w.captured(ctx, project, &o, n+1, amount); err != nil {
			return err
		}
	}
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	if err != nil {
		return err
	}
	list, err := w.app.Payment.Candidates(ctx, project, payment.CandidateFilter{Request: page.Request{Limit: 200}, State: payment.CandidateOpen})
	if err != nil {
		return err
	}
	var back money.Fen
	for _, k := range list.Items {
		back += k.Amount
	}
	return first(c.expectText("bill_status", status(seat.Owed)), c.expect("prepay_fen", seat.Prepaid), c.expect("refund_candidate_fen", back))
}

// billMoved makes a bill smaller between the order and its payment (G13).
func (w *caseWorld) billMoved(ctx context.Context, in caseInput, c *acceptanceCase) error {
	ordered, now := in.fen("order_fen"), in.fen(in.one("bill_now_fen", "bill_after_fen", "owed_now_fen"))
	if now > ordered {
		return in.odd("order_fen")
	}
	project, room, o, err := w.onlineBill(ctx, ordered)
	if err != nil {
		return err
	}
	if now < ordered {
		if err := w.waiver(latefee.WaiveCharge)(ctx, project, room, ordered-now); err != nil {
			return err
		}
	}
	if err := w.captured(ctx, project, &o, 1, ordered); err != nil {
		return err
	}
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	if err != nil {
		return err
	}
	list, err := w.app.Payment.Candidates(ctx, project, payment.CandidateFilter{Request: page.Request{Limit: 200}, State: payment.CandidateOpen})
	if err != nil {
		return err
	}
	return first(c.expect("applied_fen", ordered-seat.Prepaid), c.expect("prepay_fen", seat.Prepaid), c.expectText("bill_status", status(seat.Owed)),
		c.expectText("flagged", len(list.Items) > 0))
}
