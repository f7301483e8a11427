package app_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/ledger"
	"linli/internal/tariff"
	"linli/internal/termination"
)

// yearWorld is a room that owes a year at 2 % off: 12 × 250.60 for 2,947.06.
type yearWorld struct {
	*adjustWorld
	year []billing.Charge
}

func inYearWorld(t *testing.T, fn func(w *yearWorld)) {
	inAdjustWorld(t, func(a *adjustWorld) {
		w := &yearWorld{adjustWorld: a}
		f := fee{basis: tariff.Fixed, cycle: "year", from: 20260101, unit: money.OneFen, habit: tariff.Actual, rates: []tariff.Rate{{From: 20260101, Price: 250_600_000}}}
		var err error
		w.project, w.room, err = w.discounted(t.Context(), "100", f, tariff.Discount{Kind: tariff.Ahead, Keep: 9800, Months: 12, Since: 20260101})
		w.must(err)
		w.must(w.bill(t.Context(), w.project, 202601))
		w.year = w.open()
		if len(w.year) != 12 {
			t.Fatalf("a year is %d charges", len(w.year))
		}
		w.now.Set(clock.Date(20260520).Start())
		fn(w)
	})
}

func (w *yearWorld) pay(amount money.Fen) cashier.Receipt {
	w.t.Helper()
	r, err := w.take(w.t.Context(), w.project, w.room, cashier.MethodCash, amount)
	w.must(err)
	return r
}

// asks is for five months that were served.
func (w *yearWorld) asks(policy termination.Policy) termination.Ask {
	w.t.Helper()
	in := termination.Ask{Room: w.room, Run: w.year[0].Run, Item: w.year[0].Item, Used: 5, Policy: policy, Method: cashier.MethodCash, Reason: "房屋已出售", Proof: "过户证明"}
	q, err := w.app.Termination.Quote(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project, in.Room, in.Run, in.Item, in.Used, policy)
	w.must(err)
	in.Seen = q.Back.Refund
	return in
}

func (w *yearWorld) books(want map[ledger.Account]money.Fen) {
	w.t.Helper()
	have, err := w.app.Ledger.Balances(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project, 0)
	w.must(err)
	for a, v := range want {
		if have[a] != v {
			w.t.Errorf("%s stands at %s, should be %s", a.Name(), have[a].Yuan(), v.Yuan())
		}
	}
}

func clerk(n int64) actor.Actor { return actor.Actor{Account: id.ID(n), Name: "李雪梅"} }

// A year that ends after five months: one asks, another approves, the money goes
// back by the counter, the months are taken back and what was used is charged.
func TestTerminationByFullPrice(t *testing.T) {
	inYearWorld(t, func(w *yearWorld) {
		ctx := w.t.Context()
		r := w.pay(2947_06)
		list, err := w.app.Termination.Periods(ctx, w.app.DB.Reader(ctx), w.project, w.room)
		w.must(err)
		if len(list) != 1 || list[0].Paid != 2947_06 || len(list[0].Months) != 12 || list[0].Months[3].Full != 250_60 {
			t.Fatalf("periods %+v", list)
		}
		in := w.asks(termination.Reprice)
		if in.Seen != 1694_06 {
			t.Fatalf("gives back %d", in.Seen)
		}
		in.Seen++
		_, err = w.app.Termination.Ask(ctx, clerk(7), w.project, in)
		wantErr(t, err, termination.ErrChanged)
		in.Seen--
		d, err := w.app.Termination.Ask(ctx, clerk(7), w.project, in)
		w.must(err)
		_, err = w.app.Termination.Ask(ctx, clerk(7), w.project, in)
		wantErr(t, err, termination.ErrOpen)
		_, err = w.app.Termination.Decide(ctx, clerk(7), w.project, d.ID, true, "", d.Version)
		wantErr(t, err, termination.ErrOwn)
		if d, err = w.app.Termination.Decide(ctx, clerk(8), w.project, d.ID, true, "", d.Version); err != nil || d.Number != "TF2026-000001" || d.State != termination.Approved {
			t.Fatalf("approved %+v, %v", d, err)
		}
		w.books(map[ledger.Account]money.Fen{ledger.Cash: 2947_06, ledger.Revenue: -2947_06})
		f, err := w.app.Cashier.Refund(ctx, w.project, d.Parts[0].Refund)
		w.must(err)
		_, err = w.app.Cashier.AskRefund(ctx, clerk(7), w.project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 1253_01, Method: cashier.MethodCash, Reason: "再退"})
		wantErr(t, err, cashier.ErrRefundMuch) // what is approved counts as given back
		_, red, err := w.app.Cashier.PayRefund(ctx, clerk(7), w.project, f.ID, f.Version)
		w.must(err)
		if red.Amount != -1694_06 || len(red.Lines) != 8 || red.Lines[7].Amount != d.Kept || red.RedOf != r.ID || red.OwedAfter != 0 {
			t.Errorf("red receipt %+v", red)
		}
		w.books(map[ledger.Account]money.Fen{ledger.Cash: 1253_00, ledger.Revenue: -1253_00, ledger.Receivable: 0, ledger.Prepaid: 0})
		w.wants()
		if d, err = w.app.Termination.Doc(ctx, w.app.DB.Reader(ctx), w.project, d.ID); err != nil || d.State != termination.Done || d.KeptCharge == 0 {
			t.Errorf("document %+v, %v", d, err)
		}
		e, err := w.app.Billing.Explain(ctx, w.app.DB.Reader(ctx), w.project, d.KeptCharge)
		w.must(err)
		if e.Amount != d.Kept || !slices.Contains(e.Lines, "原因：提前终止退费 TF2026-000001：已服务的 5 个月按原价重算的差额") {
			t.Errorf("what is kept explains itself as %+v", e)
		}
		w.must(w.bill(ctx, w.project, 202606)) // the months that were given back are not charged anew unasked
		w.wants()
	})
}

// Paid by two receipts, given back by share as prepaid money, and charged anew
// because somebody else owns the room now.
func TestTerminationByShareOfTwoReceipts(t *testing.T) {
	inYearWorld(t, func(w *yearWorld) {
		ctx := w.t.Context()
		w.pay(2000_00)
		w.pay(947_06)
		in := w.asks(termination.ProRata)
		in.Method, in.Again = cashier.MethodPrepay, true
		back, err := w.terminated(ctx, w.project, in)
		w.must(err)
		if back != 1719_12 {
			t.Errorf("gave back %d", back)
		}
		w.books(map[ledger.Account]money.Fen{ledger.Cash: 2947_06, ledger.Prepaid: -1719_12, ledger.Revenue: -1227_94, ledger.Receivable: 0})
		w.wants()
		list, err := w.app.Termination.Docs(ctx, w.project, termination.Filter{State: termination.Done})
		if err != nil || len(list.Items) != 1 {
			t.Errorf("done %+v, %v", list, err)
		}
		w.month = 202606
		w.again()
		if open := w.open(); len(open) != 7 || open[0].Month != 202606 {
			t.Errorf("charged anew: %d", len(open))
		}
	})
}

// What changes between asking and paying is refused, and leaves everything as it was.
func TestTerminationRefusals(t *testing.T) {
	inYearWorld(t, func(w *yearWorld) {
		ctx := w.t.Context()
		in := termination.Ask{Room: w.room, Run: w.year[0].Run, Item: w.year[0].Item, Used: 5, Policy: termination.Reprice, Seen: 1, Method: cashier.MethodCash, Reason: "提前搬走"}
		_, err := w.app.Termination.Ask(ctx, clerk(7), w.project, in)
		wantErr(t, err, termination.ErrUnpaid)
		r := w.pay(2947_06)
		for name, x := range map[string]struct {
			change func(*termination.Ask)
			want   error
		}{
			"no reason":         {func(a *termination.Ask) { a.Reason = " " }, termination.ErrAsk},
			"thirteen months":   {func(a *termination.Ask) { a.Used = 13 }, termination.ErrAsk},
			"no policy":         {func(a *termination.Ask) { a.Policy = "half" }, termination.ErrAsk},
			"no way back":       {func(a *termination.Ask) { a.Method, a.Original = "", true }, cashier.ErrRefund},
			"another run":       {func(a *termination.Ask) { a.Run = 1 }, termination.ErrNone},
			"everything served": {func(a *termination.Ask) { a.Used, a.Seen = 12, 0 }, termination.ErrNothing},
		} {
			in := w.asks(termination.Reprice)
			x.change(&in)
			if _, err := w.app.Termination.Ask(ctx, clerk(7), w.project, in); !errors.Is(err, x.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		d, err := w.app.Termination.Ask(ctx, clerk(7), w.project, w.asks(termination.Reprice))
		w.must(err)
		_, err = w.app.Termination.Decide(ctx, clerk(8), w.project, d.ID, false, "", d.Version)
		wantErr(t, err, termination.ErrAsk)
		_, err = w.app.Termination.Withdraw(ctx, clerk(8), w.project, d.ID, d.Version)
		wantErr(t, err, termination.ErrNotMine)
		_, err = w.app.Termination.Withdraw(ctx, clerk(7), w.project, d.ID, d.Version)
		w.must(err)
		d, err = w.app.Termination.Ask(ctx, clerk(7), w.project, w.asks(termination.Reprice))
		w.must(err)
		d, err = w.app.Termination.Decide(ctx, clerk(8), w.project, d.ID, true, "", d.Version)
		w.must(err)
		paper, err := w.app.Termination.Print(ctx, w.project, d.ID)
		if err != nil || !strings.Contains(string(paper), d.Number) || !strings.Contains(string(paper), "壹仟陆佰玖拾肆元零陆分") {
			t.Errorf("paper %v", err)
		}
		// Another refund of the receipt leaves the months that are to be given back:
		// what it may take at most is said, and what it takes is of the used ones.
		_, err = w.giveBack(ctx, w.project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 1253_00, Method: cashier.MethodCash})
		wantErr(t, err, cashier.ErrRefundMuch)
		if err == nil || !strings.Contains(err.Error(), "1,227.95") {
			t.Errorf("refused by %v", err)
		}
		w.withdrawAsked(t)
		if _, err := w.giveBack(ctx, w.project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 100_00, Method: cashier.MethodCash}); err != nil {
			t.Fatal(err)
		}
		f, err := w.app.Cashier.Refund(ctx, w.project, d.Parts[0].Refund)
		w.must(err)
		_, _, err = w.app.Cashier.PayRefund(ctx, clerk(7), w.project, f.ID, f.Version)
		w.must(err)
		if d, err = w.app.Termination.Doc(ctx, w.app.DB.Reader(ctx), w.project, d.ID); err != nil || d.State != termination.Done {
			t.Errorf("document %+v, %v", d, err)
		}
		w.wants(100_00)
	})
}

// Of a document over two receipts nothing is paid yet: it is withdrawn as a whole
// with the refund of either. Once a part is paid, only the other one is dropped:
// the months that its receipt pays stay paid, and it can be paid no more.
func TestTerminationOverTwoReceiptsIsTakenBack(t *testing.T) {
	inYearWorld(t, func(w *yearWorld) {
		ctx, q := w.t.Context(), w.app.DB.Reader(w.t.Context())
		first, second := w.pay(2000_00), w.pay(947_06)
		ask := func() termination.Doc {
			t.Helper()
			d, err := w.app.Termination.Ask(ctx, clerk(7), w.project, w.asks(termination.Reprice))
			w.must(err)
			d, err = w.app.Termination.Decide(ctx, clerk(8), w.project, d.ID, true, "", d.Version)
			w.must(err)
			if len(d.Parts) != 2 {
				t.Fatalf("parts %+v", d.Parts)
			}
			return d
		}
		refund := func(p termination.Part) cashier.Refund {
			t.Helper()
			f, err := w.app.Cashier.Refund(ctx, w.project, p.Refund)
			w.must(err)
			return f
		}
		withdraw := func(p termination.Part) {
			t.Helper()
			f := refund(p)
			_, err := w.app.Cashier.WithdrawRefund(ctx, clerk(7), w.project, f.ID, f.Version)
			w.must(err)
		}
		d := ask()
		withdraw(d.Parts[0])
		d, err := w.app.Termination.Doc(ctx, q, w.project, d.ID)
		if err != nil || d.State != termination.Withdrawn || refund(d.Parts[0]).State != cashier.RefundTaken || refund(d.Parts[1]).State != cashier.RefundTaken {
			t.Errorf("withdrawn %+v, %v", d, err)
		}
		w.books(map[ledger.Account]money.Fen{ledger.Cash: 2947_06, ledger.Revenue: -2947_06})

		d = ask()
		paid, other := d.Parts[0], d.Parts[1]
		if paid.Receipt != second.ID {
			paid, other = other, paid
		}
		f := refund(paid)
		_, _, err = w.app.Cashier.PayRefund(ctx, clerk(7), w.project, f.ID, f.Version)
		w.must(err)
		_, err = w.app.Termination.Renew(ctx, clerk(7), w.project, d.ID, d.Refund, d.Version+1)
		wantErr(t, err, termination.ErrPartly)
		withdraw(other)
		d, err = w.app.Termination.Doc(ctx, q, w.project, d.ID)
		if err != nil || d.State != termination.Partly || d.Parts[0].Done == d.Parts[1].Done || d.Parts[0].Dropped == d.Parts[1].Dropped {
			t.Errorf("ended %+v, %v", d, err)
		}
		f = refund(other)
		if _, _, err = w.app.Cashier.PayRefund(ctx, clerk(7), w.project, f.ID, f.Version); !errors.Is(err, termination.ErrState) {
			t.Errorf("paid after all: %v", err)
		}
		w.books(map[ledger.Account]money.Fen{ledger.Cash: 2947_06 - paid.Amount})
		// What the first receipt paid can go back by a refund of that receipt.
		if _, err = w.giveBack(ctx, w.project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: first.ID, Amount: 100_00, Method: cashier.MethodCash}); err != nil {
			t.Error(err)
		}
		if found, err := w.app.Termination.Broken(ctx, w.project); err != nil || len(found) > 0 {
			t.Errorf("doctor says %q, %v", found, err)
		}
	})
}

// What is kept stays with the receipt that paid the most, whichever it is; an
// approval that comes to another amount than the document says is refused.
func TestTerminationKeepsOfTheBiggestReceipt(t *testing.T) {
	for _, pays := range [][]money.Fen{{500_00, 2447_06}, {2447_06, 500_00}, {500_00, 1947_06, 500_00}} {
		t.Run(fmt.Sprint(pays), func(t *testing.T) {
			inYearWorld(t, func(w *yearWorld) {
				for _, amount := range pays {
					w.pay(amount)
				}
				d, err := w.app.Termination.Ask(t.Context(), clerk(7), w.project, w.asks(termination.Reprice))
				w.must(err)
				most := slices.MaxFunc(d.Parts, func(a, b termination.Part) int { return cmp.Compare(a.Amount+a.Kept, b.Amount+b.Kept) })
				if len(d.Parts) != len(pays) || d.Kept == 0 || most.Kept != d.Kept || most.Amount < 500_00 {
					t.Errorf("kept %d of %+v", d.Kept, d.Parts)
				}
				more := func(sign string) {
					w.must(w.app.DB.Write(t.Context(), func(tx *db.Tx) error {
						_, err := tx.Exec(t.Context(), "UPDATE termination_doc SET refund = refund "+sign+" 1 WHERE project_id = ? AND id = ?", w.project, d.ID)
						return err
					}))
				}
				more("+")
				_, err = w.app.Termination.Decide(t.Context(), clerk(8), w.project, d.ID, true, "", d.Version)
				wantErr(t, err, termination.ErrChanged)
				more("-")
				_, err = w.app.Termination.Decide(t.Context(), clerk(8), w.project, d.ID, true, "", d.Version)
				w.must(err)
			})
		})
	}
}

// Months of which a part was waived were not paid whole, and are not given back
// as if they were.
func TestTerminationOfWaivedMonths(t *testing.T) {
	inYearWorld(t, func(w *yearWorld) {
		ctx, q := t.Context(), w.app.DB.Reader(t.Context())
		w.must(w.approveWaiver(ctx, w.project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: w.year[11].ID, Amount: 10_00, Reason: "案例"}))
		w.pay(2937_06)
		list, err := w.app.Termination.Periods(ctx, q, w.project, w.room)
		if w.must(err); len(list) != 0 {
			t.Errorf("periods %+v", list)
		}
		_, err = w.app.Termination.Quote(ctx, q, w.project, w.room, w.year[0].Run, w.year[0].Item, 5, termination.Reprice)
		wantErr(t, err, termination.ErrUnpaid)
	})
}

// A month that two receipts paid and of which only one goes back stays with what
// the other paid: nobody owes again what was given back, whichever part ends the
// document.
func TestTerminationLeavesNothingOwed(t *testing.T) {
	for name, last := range map[string]string{"the drop is last": "drop", "a payment is last": "pay"} {
		t.Run(name, func(t *testing.T) {
			inYearWorld(t, func(w *yearWorld) {
				ctx, q := t.Context(), w.app.DB.Reader(t.Context())
				w.pay(1500_00)
				w.pay(50_00) // all of it and of the next for one month
				w.pay(1397_06)
				d, err := w.app.Termination.Ask(ctx, clerk(7), w.project, w.asks(termination.ProRata))
				w.must(err)
				d, err = w.app.Termination.Decide(ctx, clerk(8), w.project, d.ID, true, "", d.Version)
				w.must(err)
				if len(d.Parts) != 3 {
					t.Fatalf("parts %+v", d.Parts)
				}
				slices.SortFunc(d.Parts, func(a, b termination.Part) int { return int(a.Amount - b.Amount) })
				small, middle, large := d.Parts[0], d.Parts[1], d.Parts[2]
				refund := func(p termination.Part) cashier.Refund {
					f, err := w.app.Cashier.Refund(ctx, w.project, p.Refund)
					w.must(err)
					return f
				}
				pay := func(p termination.Part) {
					f := refund(p)
					_, _, err := w.app.Cashier.PayRefund(ctx, clerk(7), w.project, f.ID, f.Version)
					w.must(err)
				}
				drop := func(p termination.Part) {
					f := refund(p)
					_, err := w.app.Cashier.WithdrawRefund(ctx, clerk(7), w.project, f.ID, f.Version)
					w.must(err)
				}
				pay(large)
				if last == "drop" {
					pay(small)
					drop(middle)
				} else {
					drop(middle)
					pay(small)
				}
				if d, err = w.app.Termination.Doc(ctx, q, w.project, d.ID); err != nil || d.State != termination.Partly {
					t.Fatalf("ended %+v, %v", d, err)
				}
				w.wants()
				w.books(map[ledger.Account]money.Fen{ledger.Cash: 2947_06 - large.Amount - small.Amount, ledger.Revenue: -(2947_06 - large.Amount - small.Amount),
					ledger.Receivable: 0, ledger.Prepaid: 0})
				var shared billing.Charge
				for _, l := range middle.Lines {
					c, err := w.app.Billing.Charge(ctx, q, w.project, l.Charge)
					w.must(err)
					if c.Waived > 0 {
						shared = c
					}
					if c.Paid-c.Waived != l.Amount || c.Owed() != 0 || !c.Visible() {
						t.Errorf("%s is %+v, its receipt paid %s", l.Month, c, l.Amount.Yuan())
					}
				}
				list, err := w.app.LateFee.Waivers(ctx, q, w.project, latefee.WaiverFilter{Room: w.room})
				w.must(err)
				if len(list.Items) == 0 || list.Items[0].Charge != shared.ID || !strings.Contains(list.Items[0].Reason, d.Number) {
					t.Errorf("given up by %+v", list.Items)
				}
			})
		})
	}
}

// A month that nobody is charged for is neither used nor unused: it does not move
// the border between those that were, and the words say what they count.
func TestTerminationWithAFreeMonth(t *testing.T) {
	inAdjustWorld(t, func(a *adjustWorld) {
		w := &yearWorld{adjustWorld: a}
		ctx := t.Context()
		f := fee{basis: tariff.Fixed, cycle: "year", from: 20260101, unit: money.OneFen, habit: tariff.Actual, rates: []tariff.Rate{{From: 20260101, Price: 100_000_000}}}
		var err error
		w.project, w.room, err = w.discounted(ctx, "100", f, tariff.Discount{Kind: tariff.Percent, Since: 20260301, Until: 20260331})
		w.must(err)
		w.must(w.bill(ctx, w.project, 202601))
		w.year = w.open()
		if len(w.year) != 11 {
			t.Fatalf("a year less a month is %d charges", len(w.year))
		}
		w.now.Set(clock.Date(20260520).Start())
		w.pay(1100_00)
		in := w.asks(termination.Reprice) // January to June: five that cost, and March
		in.Again = true
		d, err := w.app.Termination.Ask(ctx, clerk(7), w.project, in)
		w.must(err)
		if want := "已服务 5 个收费的月份：2026-01 至 2026-06"; d.Refund != 600_00 || d.Served() != "5 个收费的月份" || !w.quoteSays(in, want) {
			t.Errorf("gives back %d for %s", d.Refund, d.Served())
		}
		d, err = w.app.Termination.Decide(ctx, clerk(8), w.project, d.ID, true, "", d.Version)
		w.must(err)
		refund, err := w.app.Cashier.Refund(ctx, w.project, d.Parts[0].Refund)
		w.must(err)
		_, _, err = w.app.Cashier.PayRefund(ctx, clerk(7), w.project, refund.ID, refund.Version)
		w.must(err)
		w.wants()
		w.now.Set(clock.Date(20260701).Start())
		w.month = 202607
		w.again()
		if open := w.open(); len(open) != 6 || open[0].Month != 202607 {
			t.Errorf("charged anew: %+v", open)
		}
	})
}

func (w *yearWorld) quoteSays(in termination.Ask, want string) bool {
	q, err := w.app.Termination.Quote(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project, in.Room, in.Run, in.Item, in.Used, in.Policy)
	w.must(err)
	return slices.Contains(q.Lines, want)
}

// withdrawAsked takes back the refund that was approved and cannot be paid.
func (w *yearWorld) withdrawAsked(t *testing.T) {
	t.Helper()
	list, err := w.app.Cashier.Refunds(t.Context(), w.project, cashier.RefundFilter{Kind: cashier.RefundPart})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("refunds %+v, %v", list, err)
	}
	f := list.Items[0]
	if _, err := w.app.Cashier.WithdrawRefund(t.Context(), actor.System("test"), w.project, f.ID, f.Version); err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// Between the two parts of a document a month that both receipts paid is partly
// open; nobody owes it, so that neither prepaid money nor the counter pays it again.
func TestTerminationBetweenItsPartsIsNotOwed(t *testing.T) {
	inYearWorld(t, func(w *yearWorld) {
		ctx, q := t.Context(), w.app.DB.Reader(t.Context())
		w.pay(2000_00)
		w.pay(947_06)
		w.prepay(0, 300_00)
		d, err := w.app.Termination.Ask(ctx, clerk(7), w.project, w.asks(termination.ProRata))
		w.must(err)
		d, err = w.app.Termination.Decide(ctx, clerk(8), w.project, d.ID, true, "", d.Version)
		w.must(err)
		w.deducts(true)
		for i, p := range d.Parts {
			f, err := w.app.Cashier.Refund(ctx, w.project, p.Refund)
			w.must(err)
			_, red, err := w.app.Cashier.PayRefund(ctx, clerk(7), w.project, f.ID, f.Version)
			w.must(err)
			w.must(w.app.Deduct.Deduct(ctx, w.project))
			seat, err := w.app.Cashier.Seat(ctx, w.project, w.room)
			w.must(err)
			if seat.Owed != 0 || seat.Prepaid != 300_00 || red.OwedAfter != 0 {
				t.Errorf("after part %d %s are owed, %s by the red receipt, %s prepaid", i+1, seat.Owed.Yuan(), red.OwedAfter.Yuan(), seat.Prepaid.Yuan())
			}
		}
		w.wants()
		if d, err = w.app.Termination.Doc(ctx, q, w.project, d.ID); err != nil || d.State != termination.Done {
			t.Errorf("document %+v, %v", d, err)
		}
		if found, err := w.app.Termination.Broken(ctx, w.project); err != nil || len(found) > 0 {
			t.Errorf("doctor says %q, %v", found, err)
		}
	})
}
