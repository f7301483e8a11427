package reconcile_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// giver is a counter that counts its receipts and how often it was asked.
type giver struct {
	payment.Settler
	ledger          *ledger.Service
	receipts, asked int
}

func (g *giver) SettleOrders(ctx context.Context, tx *db.Tx, project id.ID, list []payment.Settling) ([]payment.Settled, error) {
	g.asked++
	out := make([]payment.Settled, len(list))
	for i := range list {
		g.receipts++
		out[i] = payment.Settled{Receipt: tx.NewID(), Number: fmt.Sprintf("SJ%d", g.receipts)}
		err := g.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocReceipt, Doc: out[i].Receipt, Date: clock.DateOf(tx.Now()), Debit: ledger.Clearing,
			Credit: ledger.Receivable, Amount: list[i].Amount}})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// What a bill says and nobody told is credited many at once; one that cannot be
// credited holds nobody up, and a bill that repeats itself, or comes twice,
// doubles nothing.
func TestBillCreditsTogether(t *testing.T) {
	onWire(t, func(t *testing.T, h *house) {
		ctx, g := t.Context(), &giver{ledger: h.ledger}
		h.pay.Plug(g, h.street)
		first, err := h.pay.SetMerchant(ctx, h.who, project, h.merchant("物业费商户", "1900000101", "a"))
		if err != nil {
			t.Fatal(err)
		}
		other, err := h.pay.AddMerchant(ctx, h.who, project, h.merchant("停车费商户", "1900000102", "b"))
		if err != nil {
			t.Fatal(err)
		}
		h.now.Set(dbtest.Start().AddDate(0, 0, 40))
		day := clock.DateOf(h.now.Now()).AddDays(-2)
		var lines []payment.BillLine
		for n := range 61 {
			m := first
			if n == 55 {
				m = other // and yet in the bill of the first
			}
			var o payment.Order
			err := h.d.Write(ctx, func(tx *db.Tx) error {
				o, err = h.pay.OpenOrder(ctx, tx, h.who, project, payment.NewOrder{Channel: "alipay", Merchant: m.ID, Room: id.ID(n + 1), RoomLabel: "1栋", Amount: 100,
					Lines: []payment.OrderLine{{Charge: id.ID(n + 1), Amount: 100}}})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, payment.BillLine{Transaction: fmt.Sprintf("4200%d", n), Number: o.Number, Merchant: first.Account(), State: payment.BillPaid, Words: "SUCCESS",
				Currency: "CNY", Amount: 100, Settled: 100, At: day.Start().Add(time.Hour)})
		}
		lines = append(lines, lines[0])
		for try, want := range []struct{ receipts, asked int }{{60, 11}, {60, 11}} {
			st, err := h.s.ReconcileOf(ctx, h.who, project, first.ID, day)
			if err != nil {
				t.Fatal(err)
			}
			err = h.s.Match(ctx, project, st.ID, func(_ context.Context, each func(payment.BillLine) error) (payment.BillTotals, error) {
				for _, l := range lines {
					if err := each(l); err != nil {
						return payment.BillTotals{}, err
					}
				}
				return payment.BillTotals{}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			// The first fifty at once; of the others each alone, because one of them is another's.
			if g.receipts != want.receipts || g.asked != want.asked {
				t.Errorf("try %d: %d receipts, asked %d times", try, g.receipts, g.asked)
			}
			if st, err = h.s.Statement(ctx, project, st.ID); err != nil || st.Lines != 61 || st.Differences != 61 || st.Open != 1 || st.State != reconcile.StatementDone {
				t.Errorf("try %d: %+v, %v", try, st, err)
			}
			open, err := h.s.Differences(ctx, project, reconcile.DifferenceFilter{Request: page.Request{Limit: 100}, State: reconcile.DifferenceOpen})
			if err != nil || len(open.Items) != 1 || open.Items[0].Number != lines[55].Number {
				t.Errorf("try %d: open %+v, %v", try, open.Items, err)
			}
			whole, err := h.s.Differences(ctx, project, reconcile.DifferenceFilter{Request: page.Request{Limit: 100}, Statement: st.ID})
			want := reconcile.DifferenceSums{Count: 61}
			for _, d := range whole.Items {
				want.There, want.Here = want.There+money.Fen(d.There), want.Here+money.Fen(d.Here)
			}
			got, sumErr := h.s.DifferenceTotal(ctx, project, reconcile.DifferenceFilter{Request: page.Request{Limit: 1}, Statement: st.ID})
			if err != nil || sumErr != nil || got != want || want.There == 0 {
				t.Errorf("try %d: sums %+v, want %+v, %v %v", try, got, want, err, sumErr)
			}
		}
		h.sound(t)
	})
}
