package reconcile_test

import (
	"context"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// The fee of a bill is an expense once for each merchant and day; a bill that
// has grown adds the rest, in an open month. A fee that is not as agreed is a
// difference.
func TestFeesOfChannels(t *testing.T) {
	onWire(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.now.Set(dbtest.Start().AddDate(0, 0, 40))
		month := clock.MonthOf(h.now.Now()).Add(-1)
		day := month.First().AddDays(20)
		m := h.merchant("物业费商户", "1900000101", "a")
		m.Rate = 6000
		m, err := h.pay.SetMerchant(ctx, h.who, project, m)
		if err != nil {
			t.Fatal(err)
		}
		trade := payment.Trade{Number: "PAPER", Transaction: "4200-1", Merchant: m.Account(), State: payment.TradePaid, Amount: 100_00, Currency: "CNY", PaidAt: day.Start().Add(time.Hour)}
		if err := h.pay.Apply(ctx, project, "alipay", trade); err != nil {
			t.Fatal(err)
		}
		line := func(transaction string, fee int64) payment.BillLine {
			return payment.BillLine{Transaction: transaction, Number: "PAPER", Merchant: m.Account(), State: payment.BillPaid, Words: "SUCCESS", Currency: "CNY",
				Amount: 100_00, Settled: 100_00, Fee: fee, At: day.Start().Add(time.Hour)}
		}
		match := func(lines ...payment.BillLine) {
			t.Helper()
			st, err := h.s.ReconcileOf(ctx, h.who, project, m.ID, day)
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
		}
		cost := func(until clock.Date, want money.Fen) {
			t.Helper()
			b, err := h.ledger.Balances(ctx, h.d.Reader(ctx), project, until)
			if err != nil || b[ledger.FinancialCost] != want || b[ledger.Clearing] != -want {
				t.Errorf("expense until %s: %d, want %d, %v", until, b[ledger.FinancialCost], want, err)
			}
		}
		match(line("4200-1", 38_000))
		match(line("4200-1", 38_000))
		cost(day, 38)
		odd, err := h.s.Differences(ctx, project, reconcile.DifferenceFilter{Request: page.Request{Limit: 10}, Kind: reconcile.KindFee})
		if err != nil || len(odd.Items) != 1 || odd.Items[0].There != 38_000 || odd.Items[0].Here != 60_000 {
			t.Errorf("differences %+v, %v", odd.Items, err)
		}
		// Fees are no whole fen and stand in no sum.
		if got, err := h.s.DifferenceTotal(ctx, project, reconcile.DifferenceFilter{Kind: reconcile.KindFee}); err != nil || got != (reconcile.DifferenceSums{Count: 1, Fees: 1}) {
			t.Errorf("sums of fees %+v, %v", got, err)
		}
		err = h.d.Write(ctx, func(tx *db.Tx) error {
			_, err := h.ledger.CloseMonth(ctx, tx, project, month, "test")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		match(line("4200-1", 38_000), line("4200-2", 10_400))
		cost(month.Last(), 38)
		cost(clock.DateOf(h.now.Now()), 48)
		sums, err := h.s.MerchantSums(ctx, project, day, day)
		if err != nil || len(sums) != 1 || sums[0].Amount != 200_00 || sums[0].Fee != 48 || sums[0].Merchant != m.Account() {
			t.Errorf("sums %+v, %v", sums, err)
		}
		if broken, err := h.s.Broken(ctx, project); err != nil || len(broken) > 0 {
			t.Errorf("broken: %v, %v", broken, err)
		}
		err = h.d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE payment_fee SET amount = amount + 1 WHERE project_id = ? AND amount > 20", project)
			return err
		})
		if broken, _ := h.s.Broken(ctx, project); err != nil || len(broken) == 0 {
			t.Errorf("a fee changed by hand is not named: %v", err)
		}
	})
}
