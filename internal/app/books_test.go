package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"linli/internal/analytics"
	"linli/internal/app"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/expense"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
	"linli/internal/latefee"
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
		for _, q := range []string{"DROP TABLE billing_due_day", "DROP TABLE billing_discount_photo", "DROP INDEX billing_charge_waived", "DROP INDEX billing_charge_returned", "ALTER TABLE billing_charge DROP COLUMN returned", "ALTER TABLE billing_charge DROP COLUMN credited", "ALTER TABLE billing_part DROP COLUMN payers", "ALTER TABLE billing_shared DROP COLUMN unit_id", "ALTER TABLE billing_late_terms DROP COLUMN next_workday", // migrations go back one behind the other
			"ALTER TABLE cashier_setting DROP COLUMN round_to", "ALTER TABLE cashier_receipt DROP COLUMN rounded",
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

// compared sees that the projects side by side have the figures of their own
// reports, that their total is of all their money, and that a person sees those
// only whose reports are theirs.
func compared(t *testing.T, d *db.DB, a *app.App, who actor.Actor, project id.ID) {
	t.Helper()
	ctx, p := t.Context(), analytics.Period{From: 202610, Until: 202611}
	err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := a.Estate.CreateProject(ctx, tx, who, estate.Project{Name: "新项目", Kind: estate.KindResidential})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	list, total, err := a.Analytics.Compare(ctx, who, p)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d projects, %v", len(list), err)
	}
	profit, err := a.Analytics.Profit(ctx, project, p)
	if err != nil {
		t.Fatal(err)
	}
	st, err := a.Analytics.Standing(ctx, project, p)
	if err != nil {
		t.Fatal(err)
	}
	want := analytics.Compared{Project: project, Income: profit.Income.Total, Cost: profit.Cost.Total, Profit: profit.Profit.Total, Current: st.Current, Arrears: st.Arrears, All: st.Whole, Owed: st.Owed}
	for _, one := range list {
		if one.Name == "新项目" && one != (analytics.Compared{Project: one.Project, Name: one.Name}) {
			t.Errorf("a project without books: %+v", one)
		}
		if one.Project == project {
			want.Name = one.Name
			if one != want {
				t.Errorf("compared %+v, want %+v", one, want)
			}
		}
	}
	want.Project, want.Name = 0, ""
	if want.Income == 0 || want.Current.Due == 0 || total != want {
		t.Errorf("total %+v, want %+v", total, want)
	}
	for _, other := range []actor.Actor{{Account: 9}, {Account: 9, Grants: []actor.Grant{{Project: project, Permissions: []actor.Permission{"estate.read"}}}}} {
		if list, _, err := a.Analytics.Compare(ctx, other, p); err != nil || len(list) != 0 {
			t.Errorf("%+v sees %+v, %v", other, list, err)
		}
	}
}

// drillsCome sees that the documents a figure leads to come to that figure: the
// sum said with the list, and the list itself added up page by page.
func drillsCome(t *testing.T, d *db.DB, a *app.App, project id.ID, profit analytics.Profit, st analytics.Standing) {
	t.Helper()
	const anything = -1 // no figure of a report, but a list and its sum
	figures := map[string]money.Fen{fmt.Sprintf("account=%d&no_item=true", ledger.Cash): anything}
	vouchers, err := a.Analytics.Vouchers(t.Context(), d.Reader(t.Context()), project, analytics.Period{From: 202610, Until: 202611})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range vouchers.Months {
		figures[fmt.Sprintf("from=%s&until=%s", m.Month.First(), m.Month.Last())] = m.Debit
	}
	for _, l := range append(profit.Incomes, profit.Costs...) {
		figures[fmt.Sprintf("account=%d&item_id=%s&from=2026-10-01&until=2026-11-30", l.Account, l.Item)] = l.Total
	}
	for group, l := range map[string]analytics.Line{"income": profit.Income, "cost": profit.Cost, "result": profit.Profit} {
		figures["group="+group+"&from=2026-10-01&until=2026-11-30"] = l.Total
		for n, m := range profit.Months {
			figures[fmt.Sprintf("group=%s&from=%s&until=%s", group, m.First(), m.Last())] = l.Months[n]
		}
	}
	for _, b := range st.Taken {
		figures[fmt.Sprintf("account=%d&kind=receipt&from=2026-10-01&until=2026-11-30", b.Account)] = b.Amount
	}
	for _, b := range st.Balances {
		if b.Account.Liability() {
			b.Amount = -b.Amount
		}
		if b.Amount != 0 {
			figures[fmt.Sprintf("account=%d&until=%s", b.Account, st.On)] = b.Amount
		}
	}
	for query, want := range figures {
		if want == anything {
			comes(t, d, a, project, query, nil)
		} else {
			comes(t, d, a, project, query, &want)
		}
	}
}

// comes sees that the postings of a query, added up page by page, are what is
// said with them, and the figure that leads to them.
func comes(t *testing.T, d *db.DB, a *app.App, project id.ID, query string, want *money.Fen) {
	t.Helper()
	server := web.New(web.Deps{DB: d, Log: slog.New(slog.DiscardHandler), Version: "test", Authenticate: func(context.Context, string, string) (actor.Actor, error) {
		return actor.Actor{Account: 1, Name: "钱敏", Grants: []actor.Grant{{Project: project, Permissions: []actor.Permission{analytics.PermRead}}}}, nil
	}})
	a.Analytics.Routes(server)
	get := func(query string) (out struct {
		Items  []struct{ Signed money.Fen }
		Next   string
		Totals struct {
			Count  int
			Signed money.Fen
		}
	}) {
		t.Helper()
		rec := httptest.NewRecorder()
		r := httptest.NewRequest("GET", fmt.Sprintf("%s/projects/%s/reports/postings?count=true&limit=2&%s", web.Prefix, project, query), nil)
		r.Header.Set("Authorization", "Bearer x")
		server.Handler().ServeHTTP(rec, r)
		if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil || rec.Code != 200 {
			t.Fatalf("%s: %d %s %v", query, rec.Code, rec.Body, err)
		}
		return out
	}
	var listed money.Fen
	rows, page := 0, get(query)
	for {
		for _, p := range page.Items {
			listed += p.Signed
			rows++
		}
		if page.Next == "" {
			break
		}
		page = get(query + "&cursor=" + page.Next)
	}
	got := page.Totals
	if want == nil {
		want = &got.Signed
	}
	if got.Signed != *want || listed != got.Signed || got.Count != rows {
		t.Errorf("%s: the report says %d, its documents %d, added up %d (%d of %d)", query, *want, got.Signed, listed, rows, got.Count)
	}
}

// Reports of a past day are what they were on that day, whatever happened
// since: receipts, receipts made void, waivers, expenses and their reversal. The ages sum to the account of
// receivables every day.
func TestReportsOfPastDays(t *testing.T) {
	t.Parallel()
	dbtest.Run(t, app.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		now.Set(clock.Date(20261005).Start().Add(9 * time.Hour))
		a, err := app.Build(t.Context(), d, app.Config{Dir: t.TempDir(), Clock: now, Log: slog.New(slog.DiscardHandler), Version: "test", Wechat: nobody, Outbound: here()})
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
					wv, err := a.LateFee.AskWaiver(ctx, tx, actor.Actor{Account: 1, Name: "甲"}, project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: seat.Open[0].Charge, Amount: 1000, Reason: "测试"})
					if err != nil {
						return err
					}
					_, err = a.LateFee.DecideWaiver(ctx, tx, w.who, project, wv.ID, true, "", wv.Version)
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
		// The report of September, read in October: nothing of the arrears was
		// collected in it, and what came in October takes nothing off them.
		september, err := a.Analytics.Standing(ctx, project, analytics.Period{From: 202609, Until: 202609, On: 20261013})
		must(err)
		if got := fmt.Sprint(september.Arrears, september.Whole); got != "{30000 0 0} {30000 0 0}" {
			t.Errorf("September read in October: %s", got)
		}
		doc, err = a.Expense.Enter(ctx, w.who, project, expense.Entry{Category: doc.Category, Amount: 333, Date: clock.DateOf(now.Now()), PaidFrom: ledger.Cash})
		must(err)
		_, err = a.Expense.Decide(ctx, w.who, project, doc.ID, true, "", doc.Version)
		must(err)
		profit, err := a.Analytics.Profit(ctx, project, analytics.Period{From: 202610, Until: 202611})
		must(err)
		if profit.Income.Total != 99000 || profit.Cost.Total != 333 || profit.Profit.Total != 98667 || len(profit.Months) != 2 {
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
		drillsCome(t, d, a, project, profit, st)
		compared(t, d, a, w.who, project)
		filledAgain(t, d)
	})
}
