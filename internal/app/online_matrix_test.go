package app_test

import (
	"log/slog"
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/page"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

// online gives a twin a merchant, an order that waits and money nobody asked
// for.
func (w *matrixWorld) online(t *testing.T, p *twin, who actor.Actor) {
	t.Helper()
	ctx, project := t.Context(), p.ids["project"]
	s, err := sim.Open(sim.Options{Clock: w.app.DB.Clock(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	cred, err := s.Enrol("1900000109")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.app.Payment.SetMerchant(ctx, who, project, merchantOf(cred)); err != nil {
		t.Fatal(err)
	}
	seat, err := w.app.Cashier.Seat(ctx, project, p.ids["room"])
	if err != nil {
		t.Fatal(err)
	}
	o, err := w.app.Cashier.OpenOrder(ctx, who, project, cashier.OrderTaking{Channel: "wechat", Room: p.ids["room"], Amount: 1, ExpectedOwed: seat.Owed})
	if err != nil {
		t.Fatal(err)
	}
	p.ids["order"] = o.ID
	if err := w.app.Payment.Apply(ctx, project, "wechat", payment.Trade{Number: p.canary + "-1", Transaction: p.canary, Merchant: cred.Number,
		State: payment.TradePaid, Amount: 1, Currency: "CNY", PaidAt: w.app.DB.Clock().Now()}); err != nil {
		t.Fatal(err)
	}
	list, err := w.app.Payment.Candidates(ctx, project, payment.CandidateFilter{Request: page.Request{Limit: 1}})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("candidates %+v, %v", list, err)
	}
	p.ids["candidate"] = list.Items[0].ID
}
