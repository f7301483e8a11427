package cashier_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/export"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
)

// boss approves what the teller asks for.
func boss() actor.Actor { return actor.Actor{Account: 33, Name: "钱敏"} }

func failed[T any](_ T, err error) error { return err }

// giveBack asks, approves and pays out.
func (w *world) giveBack(t fataler, in cashier.RefundAsk) (cashier.Refund, cashier.Receipt, error) {
	t.Helper()
	ctx := context.Background()
	f, err := w.cashier.AskRefund(ctx, w.teller(), w.project, in)
	if err != nil {
		return f, cashier.Receipt{}, err
	}
	if f, err = w.cashier.DecideRefund(ctx, boss(), w.project, f.ID, true, "", f.Version); err != nil {
		t.Fatalf("approve: %v", err)
	}
	return w.cashier.PayRefund(ctx, w.teller(), w.project, f.ID, f.Version)
}

func part(receipt id.ID, amount money.Fen) cashier.RefundAsk {
	return cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: receipt, Amount: amount, Method: cashier.MethodCash, Reason: "多收"}
}

// refundRows are the refunds as a table, a line each.
func (w *world) refundRows(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	for _, o := range w.cashier.Exports() {
		if o.Key != "refunds" {
			continue
		}
		err := o.Rows(t.Context(), export.Ask{Project: w.project, Who: actor.System("李雪梅")}, func(cells []sheet.Value) error {
			for _, c := range cells {
				out.WriteString("|" + c.String())
			}
			out.WriteString("\n")
			return nil
		})
		mustBe(t, err, nil)
	}
	return out.String()
}

// paidTimes: a receipt that was taken back is no payment of the household, nor
// is the red one.
func (w *world) paidTimes(t *testing.T, want int) {
	t.Helper()
	if _, n, err := w.cashier.PaidFor(t.Context(), w.d.Reader(t.Context()), w.project, []id.ID{w.a}, 20260101, 20991231); err != nil || n != want {
		t.Errorf("paid %d times, not %d: %v", n, want, err)
	}
}

// A receipt of a closed shift is taken back as a whole: its number and its
// shift stay, the red one counts in the shift of today.
func TestRed(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.teller()
		w.bill(t, due{w.a, "物业服务费", 202611, 25060})
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(30000)})
		mustBe(t, err, nil)
		red := cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: r.ID, Reason: "收错房屋"}
		_, err = w.cashier.AskRefund(ctx, me, w.project, red)
		mustBe(t, err, cashier.ErrStillOpen)
		w.close(me)
		_, err = w.cashier.Void(ctx, me, w.project, r.ID, "晚了")
		mustBe(t, err, cashier.ErrHandedOver)
		f, err := w.cashier.AskRefund(ctx, me, w.project, red)
		mustBe(t, err, nil)
		_, err = w.cashier.AskRefund(ctx, me, w.project, red)
		mustBe(t, err, cashier.ErrRedPart)
		_, _, err = w.cashier.PayRefund(ctx, me, w.project, f.ID, f.Version)
		mustBe(t, err, cashier.ErrRefundState)
		_, err = w.cashier.DecideRefund(ctx, me, w.project, f.ID, true, "", f.Version)
		mustBe(t, err, cashier.ErrOwnRefund)
		_, err = w.cashier.DecideRefund(ctx, boss(), w.project, f.ID, false, "", f.Version)
		mustBe(t, err, cashier.ErrReason)
		f, err = w.cashier.DecideRefund(ctx, boss(), w.project, f.ID, true, "", f.Version)
		mustBe(t, err, nil)
		_, _, err = w.cashier.PayRefund(ctx, me, w.project, f.ID, f.Version-1)
		mustBe(t, err, fault.ErrStale)
		f, minus, err := w.cashier.PayRefund(ctx, me, w.project, f.ID, f.Version)
		mustBe(t, err, nil)
		if minus.Amount != -30000 || minus.Number != "SJ2026-000002" || minus.RedOf != r.ID || minus.ToPrepay != -4940 || minus.Shift == r.Shift || f.RedNumber != minus.Number {
			t.Errorf("red receipt %+v of %+v", minus, f)
		}
		old, err := w.cashier.Receipt(ctx, w.d.Reader(ctx), w.project, r.ID)
		mustBe(t, err, nil)
		if old.Number != r.Number || old.ReversedBy != minus.ID || old.State != cashier.StateValid || old.Refundable() != 0 || old.ReversedNumber != minus.Number {
			t.Errorf("original %+v", old)
		}
		if s := w.seat(t, w.a); s.Owed != 25060 || s.Prepaid != 0 {
			t.Errorf("owes %d and has %d", s.Owed, s.Prepaid)
		}
		if w.income(t) != 0 {
			t.Errorf("receipts sum to %d", w.income(t))
		}
		w.paidTimes(t, 0)
		if got := w.refundRows(t); !strings.Contains(got, "|按原方式|收错房屋|") || !strings.Contains(got, "|已付出|SJ2026-000002") {
			t.Errorf("the table that leaves says otherwise than the page:\n%s", got)
		}
		for _, again := range []error{failed(w.cashier.AskRefund(ctx, me, w.project, red)), failed(w.cashier.AskRefund(ctx, me, w.project, part(r.ID, 1)))} {
			mustBe(t, again, cashier.ErrReversed)
		}
		mustBe(t, failed(w.cashier.AskRefund(ctx, me, w.project, part(minus.ID, 1))), cashier.ErrRedOfRed)
		mustBe(t, failed(w.cashier.Void(ctx, me, w.project, minus.ID, "不行")), cashier.ErrRedOfRed)
		r2, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(25060)})
		if err != nil || r2.Seq != 3 || r2.OwedAfter != 0 {
			t.Errorf("taken again %+v, %v", r2, err)
		}
		w.paidTimes(t, 1)
	})
}

// Money that the receipt put into the wallet and that is spent cannot be taken
// back; a part of the receipt can.
func TestRedOfSpentPrepaid(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.c, "物业服务费", 202611, 10000}, due{w.c, "公摊", 202611, 3000})
		first, err := w.take(t, cashier.Taking{Room: w.c, Pays: cash(15000), Charges: []id.ID{w.seat(t, w.c).Open[0].Charge}, Confirmed: true})
		mustBe(t, err, nil)
		_, err = w.take(t, cashier.Taking{Room: w.c, Pays: []cashier.Pay{{Method: cashier.MethodPrepay, Amount: w.seat(t, w.c).Owed}}})
		mustBe(t, err, nil)
		w.close(w.teller())
		f, err := w.cashier.AskRefund(t.Context(), w.teller(), w.project, cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: first.ID, Reason: "错"})
		mustBe(t, err, nil)
		f, err = w.cashier.DecideRefund(t.Context(), boss(), w.project, f.ID, true, "", f.Version)
		mustBe(t, err, nil)
		_, _, err = w.cashier.PayRefund(t.Context(), w.teller(), w.project, f.ID, f.Version)
		mustBe(t, err, cashier.ErrRedWallet)
		_, err = w.cashier.WithdrawRefund(t.Context(), boss(), w.project, f.ID, f.Version)
		mustBe(t, err, cashier.ErrNotAsker)
		_, err = w.cashier.WithdrawRefund(t.Context(), w.teller(), w.project, f.ID, f.Version)
		mustBe(t, err, nil)
		have := w.seat(t, w.c).Prepaid
		_, minus, err := w.giveBack(t, part(first.ID, 9000))
		mustBe(t, err, nil)
		if minus.ToPrepay != -have || len(minus.Lines) == 0 || w.seat(t, w.c).Owed != 9000-have {
			t.Errorf("part %+v, wallet had %d, owes %d", minus, have, w.seat(t, w.c).Owed)
		}
		_, _, err = w.giveBack(t, part(first.ID, 6001))
		mustBe(t, err, cashier.ErrRefundMuch)
		// Prepaid money of a household goes back by its own application.
		_, err = w.take(t, cashier.Taking{Room: w.dd, Pays: cash(5000), Confirmed: true})
		mustBe(t, err, nil)
		ask := cashier.RefundAsk{Kind: cashier.RefundPrepaid, Room: w.dd, Amount: 5001, Method: cashier.MethodTransfer, Account: "6222", Reason: "搬走"}
		_, _, err = w.giveBack(t, ask)
		mustBe(t, err, cashier.ErrRefundMuch)
		ask.Amount = 4000
		_, minus, err = w.giveBack(t, ask)
		if err != nil || minus.ToPrepay != -4000 || minus.RedOf != 0 || w.seat(t, w.dd).Prepaid != 1000 {
			t.Errorf("prepaid %+v, %v", minus, err)
		}
	})
}

// However many ask at once, the sum never exceeds what was paid (promise 7).
// (B25)
func TestConcurrentRefunds(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.bill(t, due{w.a, "物业服务费", 202611, 35280})
		r, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(35280)})
		mustBe(t, err, nil)
		ctx := t.Context()
		// Applications that were approved before anybody looked: each is within
		// what is left, together they are not.
		var wg sync.WaitGroup
		var paid atomic.Int64
		for range 12 {
			wg.Go(func() {
				f, err := w.cashier.AskRefund(ctx, w.teller(), w.project, part(r.ID, 6000))
				if err == nil {
					f, err = w.cashier.DecideRefund(ctx, boss(), w.project, f.ID, true, "", f.Version)
				}
				if err == nil {
					_, _, err = w.cashier.PayRefund(ctx, w.teller(), w.project, f.ID, f.Version)
				}
				if err == nil {
					paid.Add(1)
				} else if !errors.Is(err, cashier.ErrRefundMuch) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		// One approved application, paid by many hands at once.
		f, err := w.cashier.AskRefund(ctx, w.teller(), w.project, part(r.ID, 5280))
		mustBe(t, err, nil)
		f, err = w.cashier.DecideRefund(ctx, boss(), w.project, f.ID, true, "", f.Version)
		mustBe(t, err, nil)
		var once atomic.Int64
		for range 8 {
			wg.Go(func() {
				if _, _, err := w.cashier.PayRefund(ctx, w.second(), w.project, f.ID, f.Version); err == nil {
					once.Add(1)
				}
			})
		}
		wg.Wait()
		if paid.Load() != 5 || once.Load() != 1 || w.income(t) != 0 || w.seat(t, w.a).Owed != 35280 {
			t.Errorf("%d of 12 and %d of 8 paid, %d left in, owes %d", paid.Load(), once.Load(), w.income(t), w.seat(t, w.a).Owed)
		}
	})
}
