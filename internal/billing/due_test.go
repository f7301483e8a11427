package billing_test

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

func (w *world) today() clock.Date { return clock.DateOf(w.Now.Now()) }

// dues are the sums of days up to one, without what came to nothing.
func (w *world) dues(on clock.Date) []billing.DueSum {
	w.Helper()
	list, err := w.Billing.DueSums(context.Background(), w.DB.Reader(context.Background()), w.Project, on)
	if err != nil {
		w.Fatal(err)
	}
	return inOrder(slices.DeleteFunc(list, func(x billing.DueSum) bool { return x.Amount == 0 && x.Waived == 0 && x.Paid == 0 }))
}

// duesOfCharges are the same sums of today, of the charges themselves.
func (w *world) duesOfCharges() []billing.DueSum {
	w.Helper()
	rows, err := w.DB.Reader(context.Background()).Query(context.Background(), `SELECT c.item_id, CASE WHEN c.source_kind = 2 THEN 1 ELSE 0 END, c.month, c.due_date,
			CAST(SUM(c.amount) AS BIGINT), CAST(SUM(c.waived) AS BIGINT), CAST(SUM(c.paid - c.waived) AS BIGINT)
		FROM billing_charge c JOIN billing_run r ON r.project_id = c.project_id AND r.id = c.run_id
		WHERE c.project_id = ? AND c.live = 1 AND c.hold = 0 AND r.state = 'released' GROUP BY 1, 2, 3, 4`, w.Project)
	list, err := db.Collect(rows, err, func(row db.Scanner) (billing.DueSum, error) {
		var x billing.DueSum
		var late int
		err := row.Scan(&x.Item, &late, &x.Month, &x.Due, &x.Amount, &x.Waived, &x.Paid)
		x.Late = late == 1
		return x, err
	})
	if err != nil {
		w.Fatal(err)
	}
	return inOrder(list)
}

func (w *world) checkDues() {
	w.Helper()
	if got, want := w.dues(w.today()), w.duesOfCharges(); !reflect.DeepEqual(got, want) {
		w.Fatalf("sums of days say %+v, charges say %+v", got, want)
	}
}

func inOrder(list []billing.DueSum) []billing.DueSum {
	slices.SortFunc(list, func(a, b billing.DueSum) int {
		return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Due, b.Due))
	})
	return list
}

func (w *world) unsettle(list ...billing.Settlement) error {
	return w.DB.Write(context.Background(), func(tx *db.Tx) error {
		return w.Billing.Unsettle(context.Background(), tx, w.Project, list)
	})
}

func (w *world) waive(charge id.ID, amount money.Fen) {
	w.Helper()
	w.Write(func(ctx context.Context, tx *db.Tx) error {
		return w.Billing.Waive(ctx, tx, w.Project, tx.NewID(), charge, amount)
	})
}

// Every command leaves the sums of its day behind: today they are those of the
// charges, and each day stays what it was, whatever comes later.
func TestDueByDay(t *testing.T) {
	each(t, 2, func(t *testing.T, w *world) {
		ids := w.Rooms(estate.Room{Area: 10000}, estate.Room{Area: 5000}, estate.Room{Area: 7000}, estate.Room{Area: 9000}, estate.Room{Area: 4000})
		w.Item(tariff.Item{Name: "物业服务费"}, "2.5", "")
		w.Item(tariff.Item{Name: "垃圾清运费", Basis: tariff.Fixed}, "8", "")
		month := clock.MonthOf(w.Now.Now())
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var first, second, ahead billing.Run
		var held billing.Charge
		var open []billing.Charge
		seen := map[clock.Date][]billing.DueSum{w.today(): w.dues(w.today())}
		for _, step := range []func(){
			func() {
				first = w.run(month.Add(-1))
				held = w.Lines(first.ID)[3]
				_, err := w.Billing.HoldLine(ctx, w.Who, w.Project, first.ID, held.ID, "等一等")
				must(err)
				first = w.release(w.read(first.ID))
			},
			func() {
				_, err := w.Billing.ReleaseLine(ctx, w.Who, w.Project, first.ID, held.ID, "查清了")
				must(err)
			},
			func() {
				open = w.Open(ids...)
				must(w.Settle(billing.Settlement{Charge: open[0].ID, Amount: open[0].Amount}, billing.Settlement{Charge: open[1].ID, Amount: 100}))
			},
			func() { second = w.release(w.run(month)) },
			func() { must(w.unsettle(billing.Settlement{Charge: open[0].ID, Amount: 300})) },
			func() { w.waive(open[2].ID, 500) },
			func() {
				w.Write(func(ctx context.Context, tx *db.Tx) error {
					var err error
					ahead, _, err = w.Billing.ChargeAhead(ctx, tx, w.Who, w.Project, ids[1], billing.AheadAsk{Months: 2})
					return err
				})
			},
			func() { w.withdraw(w.read(second.ID)) },
			func() {
				w.Write(func(ctx context.Context, tx *db.Tx) error {
					return w.Billing.TakeBackAhead(ctx, tx, w.Who, w.Project, ahead.ID, "作废")
				})
			},
		} {
			w.Now.Advance(24 * time.Hour)
			step()
			w.checkDues()
			seen[w.today()] = w.dues(w.today())
		}
		w.Now.Advance(24 * time.Hour)
		for day, want := range seen {
			if got := w.dues(day); !reflect.DeepEqual(got, want) {
				t.Errorf("%s then %+v, now %+v", day, want, got)
			}
		}
		from, q := w.today().AddDays(-30), w.DB.Reader(ctx)
		sum, err := w.Billing.Collected(ctx, q, w.Project, from, w.today(), month)
		early, eerr := w.Billing.Collected(ctx, q, w.Project, from, w.today().AddDays(-6), month)
		none, nerr := w.Billing.Collected(ctx, q, w.Project, from, w.today(), month.Add(-1))
		if want := open[0].Amount + 100; errors.Join(err, eerr, nerr) != nil || sum != want-300 || early != want || none != 0 {
			t.Errorf("collected %d, %d before it went back, %d of older months: %v %v %v", sum, early, none, err, eerr, nerr)
		}
	})
}

// What a larger command gives up leaves nothing in the sums.
func TestDueOfSomethingGivenUp(t *testing.T) {
	each(t, 0, func(t *testing.T, w *world) {
		ids := w.Rooms(estate.Room{Area: 10000})
		w.Item(tariff.Item{Name: "物业服务费"}, "2.5", "")
		w.release(w.run(clock.MonthOf(w.Now.Now())))
		c, gone := w.Open(ids...)[0], errors.New("gone")
		pay := func(ctx context.Context, amount money.Fen, and error) error {
			return w.DB.Write(ctx, func(tx *db.Tx) error {
				_, err := w.Billing.Settle(ctx, tx, w.Project, []billing.Settlement{{Charge: c.ID, Amount: amount}})
				return errors.Join(err, and)
			})
		}
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			ctx = db.Join(ctx, tx)
			if err := pay(ctx, 100, gone); !errors.Is(err, gone) {
				return err
			}
			return pay(ctx, 20, nil)
		})
		w.check()
		if got := w.dues(w.today())[0].Paid; got != 20 {
			t.Errorf("paid %d", got)
		}
	})
}

// Many pay for the same days at once, in another order each.
func TestDueAtOnce(t *testing.T) {
	each(t, 0, func(t *testing.T, w *world) {
		const payers = 12
		ids := w.Rooms(make([]estate.Room, payers)...)
		for _, name := range []string{"物业服务费", "垃圾清运费", "能耗费"} {
			w.Item(tariff.Item{Name: name, Basis: tariff.Fixed}, "8", "")
		}
		w.release(w.run(clock.MonthOf(w.Now.Now())))
		var wg sync.WaitGroup
		failed := make([]error, payers)
		for i := range payers {
			open := w.Open(ids[i])
			if i%2 == 1 {
				slices.Reverse(open)
			}
			wg.Go(func() {
				for _, c := range open {
					failed[i] = errors.Join(failed[i], w.Settle(billing.Settlement{Charge: c.ID, Amount: 1}), w.Settle(billing.Settlement{Charge: c.ID, Amount: c.Amount - 1}))
				}
			})
		}
		wg.Wait()
		if err := errors.Join(failed...); err != nil {
			t.Fatal(err)
		}
		w.check()
	})
}
