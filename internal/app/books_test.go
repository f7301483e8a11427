package app_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"linli/internal/analytics"
	"linli/internal/app"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/expense"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"

	"log/slog"
)

// filledAgain upgrades a database of before the sums of days again and sees that
// they come out as the commands kept them.
func filledAgain(t *testing.T, d *db.DB) {
	t.Helper()
	ctx := t.Context()
	read := func() [][10]int64 {
		rows, err := d.Reader(ctx).Query(ctx, `SELECT project_id, day, item_id, late, month, due_date, amount, waived, carried, paid FROM billing_due_day
			WHERE amount <> 0 OR waived <> 0 OR carried <> 0 OR paid <> 0 ORDER BY 1, 2, 3, 4, 5, 6`)
		out, err := db.Collect(rows, err, func(row db.Scanner) (x [10]int64, err error) {
			return x, row.Scan(&x[0], &x[1], &x[2], &x[3], &x[4], &x[5], &x[6], &x[7], &x[8], &x[9])
		})
		if err != nil || len(out) == 0 {
			t.Fatalf("%d sums, %v", len(out), err)
		}
		return out
	}
	want := read()
	err := d.Write(ctx, func(tx *db.Tx) error {
		for _, q := range []string{"DROP TABLE billing_due_day", "DROP TABLE billing_discount_photo", // migrations go back one behind the other
			"DELETE FROM migrate_billing WHERE version_id >= 15", "DELETE FROM migrate_cashier WHERE version_id >= 17"} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = d.Migrate(ctx, app.Migrations()...)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := read(); !reflect.DeepEqual(got, want) {
		t.Errorf("kept %v\nfilled %v", want, got)
	}
}

// Reports of a past day are what they were on that day, whatever happened
// since: receipts, receipts made void, waivers, expenses and their reversal. The ages sum to the account of
// receivables every day.
func TestReportsOfPastDays(t *testing.T) {
	dbtest.Run(t, app.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		now.Set(clock.Date(20261005).Start().Add(9 * time.Hour))
		a, err := app.Build(t.Context(), d, app.Config{Dir: t.TempDir(), Clock: now, Log: slog.New(slog.DiscardHandler), Version: "test", Wechat: nobody})
		if err != nil {
			t.Fatal(err)
		}
		w := &caseWorld{app: a, now: now, who: actor.System("books")}
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var project, room id.ID
		seen := map[clock.Date]analytics.Standing{}
		look := func(on clock.Date) analytics.Standing {
			t.Helper()
			st, err := a.Analytics.Standing(ctx, project, analytics.Period{From: 202610, Until: 202611, On: on})
			must(err)
			for _, b := range st.Balances {
				if b.Account == ledger.Receivable && b.Amount != st.Owed {
					t.Errorf("%s: owed %d by age, %d on the account", on, st.Owed, b.Amount)
				}
			}
			return st
		}
		take := func(amount money.Fen) cashier.Receipt {
			t.Helper()
			r, err := w.take(ctx, project, room, cashier.MethodCash, amount)
			must(err)
			return r
		}
		project, room, err = w.fixedDebts(ctx, []clock.Date{20260831, 20261031}, []money.Fen{30000, 100000})
		must(err)
		var first cashier.Receipt
		var doc expense.Doc
		for day, step := range []func(){
			func() { first = take(50000) },
			func() {
				must(d.Write(ctx, func(tx *db.Tx) error {
					seat, err := a.Cashier.Seat(db.Join(ctx, tx), project, room)
					if err != nil {
						return err
					}
					wv, err := a.Billing.AskWaiver(ctx, tx, actor.Actor{Account: 1, Name: "甲"}, project, billing.Waiver{Kind: billing.WaiveCharge, Charge: seat.Open[0].Charge, Amount: 1000, Reason: "测试"})
					if err != nil {
						return err
					}
					_, err = a.Billing.DecideWaiver(ctx, tx, w.who, project, wv.ID, true, "", wv.Version)
					return err
				}))
			},
			func() { _, err = a.Cashier.Void(ctx, w.who, project, first.ID, "收错"); must(err) },
			func() { take(90000) },
			func() {
				list, err := a.Expense.AddCommon(ctx, w.who, project)
				must(err)
				doc, err = a.Expense.Enter(ctx, w.who, project, expense.Entry{Category: list[0].ID, Amount: 777, Date: clock.DateOf(now.Now()), PaidFrom: ledger.Cash})
				must(err)
				doc, err = a.Expense.Decide(ctx, w.who, project, doc.ID, true, "", doc.Version)
				must(err)
			},
			func() { _, err = a.Expense.Void(ctx, w.who, project, doc.ID, "重复", doc.Version); must(err) },
			func() { take(5000) },
		} {
			today := clock.Date(20261006).AddDays(day)
			now.Set(today.Start().Add(10 * time.Hour))
			step()
			must(a.Jobs.Drain(ctx))
			seen[today] = look(today)
		}
		now.Advance(20 * 24 * time.Hour)
		for day, want := range seen {
			if got := look(day); !reflect.DeepEqual(got, want) {
				t.Errorf("%s then %+v, now %+v", day, want, got)
			}
		}
		st := look(20261013)
		if got := fmt.Sprint(st.Current, st.Arrears, st.Whole); got != "{99000 65000 6566} {30000 30000 10000} {129000 95000 7364}" {
			t.Errorf("rates %s", got)
		}
		profit, err := a.Analytics.Profit(ctx, project, analytics.Period{From: 202610, Until: 202611})
		must(err)
		if profit.Income.Total != 99000 || profit.Cost.Total != 0 || profit.Profit.Total != 99000 || len(profit.Months) != 2 {
			t.Errorf("profit %+v", profit)
		}
		_, err = a.Analytics.Profit(ctx, project, analytics.Period{From: 202612, Until: 202611})
		if !errors.Is(err, analytics.ErrPeriod) {
			t.Errorf("a period that ends before it begins: %v", err)
		}
		// October closes; nothing can be posted into it, and doctor agrees.
		now.Set(clock.Date(20261102).Start())
		if err := a.Analytics.CloseMonth(ctx, w.who, project, 202610); !errors.Is(err, ledger.ErrMonthOrder) {
			t.Errorf("closed before the months before it: %v", err)
		}
		for _, m := range []clock.Month{202608, 202609, 202610} {
			must(a.Analytics.CloseMonth(ctx, w.who, project, m))
		}
		if err := a.Analytics.ReopenMonth(ctx, w.who, project, 202610, "x"); !errors.Is(err, analytics.ErrReason) {
			t.Errorf("reopened without a reason: %v", err)
		}
		must(a.Analytics.ReopenMonth(ctx, w.who, project, 202610, "补记发票"))
		must(a.Analytics.CloseMonth(ctx, w.who, project, 202610))
		months, err := a.Analytics.Months(ctx, project)
		must(err)
		if len(months) != 4 || months[1].State != ledger.MonthClosed || !months[1].MayReopen || months[0].MayClose {
			t.Errorf("months %+v", months)
		}
		sound(t, a, project)
		filledAgain(t, d)
	})
}
