package cashier_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/latefee"
	"linli/internal/latefee/penalty"
	"linli/internal/ledger"
	"linli/internal/payment"
)

func (w *world) receiptOf(t *testing.T, order id.ID) cashier.Receipt {
	t.Helper()
	o, err := w.payment.Order(t.Context(), w.d.Reader(t.Context()), w.project, order)
	if err != nil || o.State != payment.OrderPaid {
		t.Fatalf("order %+v, %v", o, err)
	}
	r, err := w.cashier.Receipt(t.Context(), w.d.Reader(t.Context()), w.project, o.Receipt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lateOrder asks for everything that room A owes 20 days late, late fee and all.
func (w *world) lateOrder(t *testing.T, at time.Duration) (billing.Charge, payment.Order, error) {
	t.Helper()
	c := w.lateWorld(t, penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal})
	w.now.Set(c.Due.AddDays(20).Start().Add(at))
	late := w.seat(t, w.a).LateOwed
	if late != 10_00 {
		t.Fatalf("late fee %d", late)
	}
	o, err := w.cashier.OpenOrder(t.Context(), w.teller(), w.project, cashier.OrderTaking{Channel: "wechat", Room: w.a, Amount: 1010_00, ExpectedOwed: 1000_00, ExpectedLate: &late})
	return c, o, err
}

// The late fee of the day stands in the order as a line of its own, and is
// booked like the counter's. The order ends with its day.
func TestOrderTakesLateFee(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, s *street) {
		c, o, err := w.lateOrder(t, 23*time.Hour+50*time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Lines) != 2 || o.Lines[0] != (payment.OrderLine{Charge: c.ID, Amount: 10_00, Late: true}) || !o.ExpiresAt.Equal(c.Due.AddDays(21).Start()) {
			t.Fatalf("order %+v", o)
		}
		w.capture(t, s, o, o.Amount)
		r := w.receiptOf(t, o.ID)
		if len(r.Lines) != 2 || r.Lines[0].ItemName != "物业服务费违约金" || r.Lines[0].Amount != 10_00 || r.Lines[0].How != "1000.00 元 × 0.05%/天 × 20 天" ||
			r.Lines[1].Amount != 1000_00 || r.ToPrepay != 0 || r.OwedBefore != 1010_00 || r.OwedAfter != 0 {
			t.Errorf("receipt %+v", r)
		}
		if seat := w.seat(t, w.a); seat.Owed != 0 || seat.LateOwed != 0 {
			t.Errorf("still owes %d and %d", seat.Owed, seat.LateOwed)
		}
		books, err := w.ledger.Balances(t.Context(), w.d.Reader(t.Context()), w.project, 0)
		if err != nil || books[ledger.OtherRevenue] != -10_00 {
			t.Errorf("other income %d, %v", books[ledger.OtherRevenue], err)
		}
	})
}

// Two minutes before midnight the fee is about to change.
func TestOrderNearMidnight(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, _ *street) {
		_, _, err := w.lateOrder(t, 23*time.Hour+58*time.Minute+time.Second)
		mustBe(t, err, cashier.ErrNearlyOver)
	})
}

// Money of the next day is late, also while the order still stands open.
func TestOrderWithLateFeePaidAfterMidnight(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, s *street) {
		c, o, err := w.lateOrder(t, 23*time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		w.now.Set(c.Due.AddDays(21).Start().Add(time.Minute))
		w.capture(t, s, o, o.Amount)
		if r := w.receiptOf(t, o.ID); len(r.Lines) != 0 || r.ToPrepay != 1010_00 {
			t.Errorf("receipt %+v", r)
		}
		list, err := w.payment.Candidates(t.Context(), w.project, payment.CandidateFilter{Request: page.Request{Limit: 5}})
		if err != nil || len(list.Items) != 1 || list.Items[0].Why != payment.FoundLate {
			t.Errorf("candidates %+v, %v", list.Items, err)
		}
		if seat := w.seat(t, w.a); seat.Owed != 1000_00 || seat.LateOwed != 10_50 || seat.Prepaid != 1010_00 {
			t.Errorf("owes %d and %d, prepaid %d", seat.Owed, seat.LateOwed, seat.Prepaid)
		}
	})
}

// A waiver between order and payment makes the rest prepaid money.
func TestOrderWithLateFeeWaivedMeanwhile(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, s *street) {
		c, o, err := w.lateOrder(t, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		w.write(t, func(ctx context.Context, tx *db.Tx) error {
			x, err := w.late.AskWaiver(ctx, tx, actor.Actor{Account: 1, Name: "周敏"}, w.project, latefee.Waiver{Kind: latefee.WaiveLate, Charge: c.ID, Amount: 4_00, Reason: "漏水多次未修"})
			if err != nil {
				return err
			}
			_, err = w.late.DecideWaiver(ctx, tx, actor.Actor{Account: 2, Name: "陈立群"}, w.project, x.ID, true, "同意", x.Version)
			return err
		})
		w.capture(t, s, o, o.Amount)
		r := w.receiptOf(t, o.ID)
		if len(r.Lines) != 2 || r.Lines[0].Amount != 6_00 || r.Lines[1].Amount != 1000_00 || r.ToPrepay != 4_00 {
			t.Errorf("receipt %+v", r)
		}
		if seat := w.seat(t, w.a); seat.Owed != 0 || seat.LateOwed != 0 || seat.Prepaid != 4_00 {
			t.Errorf("owes %d and %d, prepaid %d", seat.Owed, seat.LateOwed, seat.Prepaid)
		}
	})
}

// What belongs to several merchants is one order for each, and each gets its
// own; what is too much goes to the default.
func TestOrdersOfSeveralMerchants(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, s *street) {
		ctx, month := t.Context(), clock.MonthOf(w.now.Now())
		w.bill(t, due{w.a, "物业服务费", month, 300_00}, due{w.a, "停车费", month, 200_00})
		parking, err := w.payment.AddMerchant(ctx, w.teller(), w.project, payment.Merchant{Channel: "wechat", Name: "停车费商户", Number: "1900000110", Active: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range w.seat(t, w.a).Open {
			if o.ItemName == "停车费" {
				err = w.payment.BindItems(ctx, w.teller(), w.project, parking.ID, []id.ID{o.Item})
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		in := cashier.OrderTaking{Channel: "wechat", Room: w.a, Amount: 550_00, ExpectedOwed: 500_00, Confirmed: true}
		_, err = w.cashier.OpenOrder(ctx, w.teller(), w.project, in)
		mustBe(t, err, cashier.ErrOrderSplit)
		parts, err := w.cashier.OrderParts(ctx, w.teller(), w.project, in)
		if err != nil || len(parts) != 2 {
			t.Fatalf("parts %+v, %v", parts, err)
		}
		want := map[string]money.Fen{"微信支付商户": 350_00, "停车费商户": 200_00}
		for _, p := range parts {
			if p.Amount != want[p.Payee.Name] || len(p.Charges) != 1 || (p.ToPrepay == 50_00) != p.Payee.Default {
				t.Errorf("part %+v", p)
			}
		}
		in.Merchant, in.Amount = parking.ID, 201_00
		_, err = w.cashier.OpenOrder(ctx, w.teller(), w.project, in)
		mustBe(t, err, cashier.ErrOrderWhose)
		in.Amount = 200_00
		o, err := w.cashier.OpenOrder(ctx, w.teller(), w.project, in)
		if err != nil || o.Merchant != "1900000110" || len(o.Lines) != 1 {
			t.Fatalf("order %+v, %v", o, err)
		}
		trade := payment.Trade{Number: o.Number, Transaction: "4200-x", Merchant: "1900000109", State: payment.TradePaid, Amount: o.Amount, Currency: "CNY", PaidAt: w.now.Now()}
		if err := w.payment.Apply(ctx, w.project, "wechat", trade); !errors.Is(err, payment.ErrNotOurs) {
			t.Errorf("paid to another merchant: %v", err)
		}
		w.capture(t, s, o, o.Amount)
		if r := w.receiptOf(t, o.ID); len(r.Lines) != 1 || r.Lines[0].ItemName != "停车费" {
			t.Errorf("receipt %+v", r)
		}
		in.Merchant, in.Amount, in.ExpectedOwed = 0, 350_00, 300_00
		if o, err = w.cashier.OpenOrder(ctx, w.teller(), w.project, in); err != nil || o.Merchant != "1900000109" || o.ToPrepay != 50_00 {
			t.Fatalf("rest %+v, %v", o, err)
		}
		w.capture(t, s, o, o.Amount)
		w.swapped(t)
	})
}

// swapped shows that money under another merchant's name is found.
func (w *world) swapped(t *testing.T) {
	t.Helper()
	set := func(from, to string) {
		w.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE payment_refund SET merchant = ? WHERE project_id = ? AND merchant = ?", to, w.project, from)
			if err == nil {
				_, err = tx.Exec(ctx, "UPDATE payment_capture SET merchant = ?, amount = amount + ? WHERE project_id = ? AND merchant = ?", to, len(to)-len(from), w.project, from)
			}
			return err
		})
	}
	set("1900000110", "1900000110x")
	list, err := w.reconcile.Broken(t.Context(), w.project)
	if err != nil || !strings.Contains(strings.Join(list, "\n"), "商户 1900000110x") {
		t.Errorf("not found: %v, %v", list, err)
	}
	set("1900000110x", "1900000110")
}
