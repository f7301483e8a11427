package app_test

import (
	"errors"
	"log/slog"
	"slices"
	"testing"

	"linli/internal/adjust"
	"linli/internal/app"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// adjustWorld is a room that owes 100.00 for one month.
type adjustWorld struct {
	*caseWorld
	t             *testing.T
	project, room id.ID
	month         clock.Month
}

func inAdjustWorld(t *testing.T, fn func(w *adjustWorld)) {
	t.Parallel()
	dbtest.Run(t, app.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		a, err := app.Build(t.Context(), d, app.Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Version: "test", Wechat: "http://127.0.0.1:1"})
		if err != nil {
			t.Fatal(err)
		}
		w := &adjustWorld{caseWorld: &caseWorld{app: a, now: now, who: actor.System("test")}, t: t, month: 202601}
		if w.project, w.room, err = w.fixedDebts(t.Context(), []clock.Date{20260131}, []money.Fen{100_00}); err != nil {
			t.Fatal(err)
		}
		fn(w)
		sound(t, a, w.project)
	})
}

func (w *adjustWorld) once(name string) (item id.ID) {
	w.t.Helper()
	w.must(w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		i, err := w.app.Tariff.CreateItem(w.t.Context(), tx, w.who, w.project, tariff.Item{Name: name, Basis: tariff.Once, Cycle: "month", Advance: true, StartMonth: 1,
			From: 20260101, Unit: money.OneFen, FirstMonth: tariff.Actual})
		item = i.ID
		return err
	}))
	return item
}

func (w *adjustWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *adjustWorld) single(who actor.Actor, item id.ID, amount money.Fen) (d adjust.Doc, err error) {
	err = w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		var err error
		d, err = w.app.Adjust.Charge(w.t.Context(), tx, who, w.project, billing.Single{Room: w.room, Item: item, Month: w.month, Amount: amount}, "补办门禁卡", "公示第 6 项")
		return err
	})
	return d, err
}

func (w *adjustWorld) red(c *billing.Charge, again bool) (d adjust.Doc, err error) {
	err = w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		var err error
		d, err = w.app.Adjust.Red(w.t.Context(), tx, w.who, w.project, c.ID, c.Amount, again, "面积录错", "")
		return err
	})
	return d, err
}

// again runs and releases the month once more.
func (w *adjustWorld) again() {
	w.t.Helper()
	ctx := w.t.Context()
	run, err := w.app.Billing.StartRun(ctx, w.who, w.project, w.month)
	w.must(err)
	w.must(w.app.Jobs.Drain(ctx))
	run, err = w.app.Billing.Run(ctx, w.app.DB.Reader(ctx), w.project, run.ID)
	w.must(err)
	if run.State == billing.Empty {
		return
	}
	_, err = w.app.Billing.Release(ctx, w.who, w.project, run.ID, run.Version)
	w.must(err)
	w.must(w.app.Jobs.Drain(ctx))
}

func (w *adjustWorld) open() []billing.Charge {
	w.t.Helper()
	list, _, err := w.owed(w.t.Context(), w.project, w.room)
	w.must(err)
	return list
}

func (w *adjustWorld) wants(amounts ...money.Fen) []billing.Charge {
	w.t.Helper()
	list := w.open()
	got := []money.Fen{}
	for i := range list {
		got = append(got, list[i].Owed())
	}
	slices.Sort(got)
	if !slices.Equal(got, amounts) {
		w.t.Errorf("owes %v, should owe %v", got, amounts)
	}
	return list
}

// A single charge stands beside the month, says how it came about, is paid like
// any other, and no run doubles or removes it.
func TestSingleCharge(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx, card := w.t.Context(), w.once("门禁卡")
		d, err := w.single(w.who, card, 15_00)
		w.must(err)
		if d.Number != "DS2026-000001" {
			w.t.Errorf("number %s", d.Number)
		}
		_, err = w.single(w.who, card, 20_00) // a second one in the same month is another debt
		w.must(err)
		w.wants(15_00, 20_00, 100_00)
		e, err := w.app.Billing.Explain(ctx, w.app.DB.Reader(ctx), w.project, d.Charge)
		w.must(err)
		if e.Amount != 15_00 || !slices.Contains(e.Lines, "原因：补办门禁卡") || !slices.Contains(e.Lines, "单笔收费 DS2026-000001：15.00 元") {
			w.t.Errorf("explained as %+v", e)
		}
		w.again()
		w.wants(15_00, 20_00, 100_00)
		_, err = w.take(ctx, w.project, w.room, cashier.MethodCash, 135_00)
		w.must(err)
		w.wants()
	})
}

func TestSingleChargeRefusals(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		card, fee := w.once("门禁卡"), w.open()[0].Item
		clerk := actor.Actor{Account: 7, Name: "李雪梅", Grants: []actor.Grant{{Project: w.project, Permissions: []actor.Permission{adjust.PermCharge}}}}
		boss := actor.Actor{Account: 8, Name: "周岚", Grants: []actor.Grant{{Project: w.project, Permissions: []actor.Permission{adjust.PermCharge, billing.PermRelease}}}}
		_, err := w.single(clerk, card, 15_00)
		w.must(err)
		_, err = w.single(boss, fee, 5_00)
		w.must(err)
		for name, x := range map[string]struct {
			item   id.ID
			amount money.Fen
			want   error
		}{
			"a fee of runs by the counter": {fee, 5_00, adjust.ErrItem},
			"nothing":                      {card, 0, billing.ErrAmount},
			"less than nothing":            {card, -1, billing.ErrAmount},
			"more than anybody owes":       {card, 100_000_000_01, billing.ErrAmount},
			"no such item":                 {1, 1, fault.ErrNotFound},
		} {
			if _, err := w.single(clerk, x.item, x.amount); !errors.Is(err, x.want) {
				w.t.Errorf("%s: %v", name, err)
			}
		}
		w.wants(5_00, 15_00, 100_00)
	})
}

// A charge that was wrong is taken back with a number of its own, today; the
// reports of before still show it; the month charges it anew only when asked.
func TestRedCharge(t *testing.T) {
	for name, again := range map[string]bool{"for good": false, "charged anew": true} {
		t.Run(name, func(t *testing.T) {
			inAdjustWorld(t, func(w *adjustWorld) {
				ctx, q := w.t.Context(), w.app.DB.Reader(w.t.Context())
				c := w.open()[0]
				before := clock.DateOf(w.now.Now())
				w.now.Set(before.AddDays(3).Start())
				d, err := w.red(&c, again)
				w.must(err)
				if d.Number != "YH2026-000001" {
					w.t.Errorf("number %s", d.Number)
				}
				w.wants()
				if _, err := w.red(&c, again); !errors.Is(err, billing.ErrNotOwed) {
					w.t.Errorf("taken back twice: %v", err)
				}
				for day, want := range map[clock.Date]money.Fen{before: 100_00, before.AddDays(3): 0} {
					sums, err := w.app.Billing.DueSums(ctx, q, w.project, day)
					w.must(err)
					var owed money.Fen
					for i := range sums {
						owed += sums[i].Owed()
					}
					book, err := w.app.Ledger.Balances(ctx, q, w.project, day)
					w.must(err)
					if owed != want || book[ledger.Receivable] != want {
						w.t.Errorf("on %s %s is owed and %s booked, should be %s", day, owed.Yuan(), book[ledger.Receivable].Yuan(), want.Yuan())
					}
				}
				w.again()
				if again {
					w.wants(100_00)
				} else {
					w.wants()
				}
			})
		})
	}
}

// What is paid or waived is not taken back; a line that was taken back for good
// cannot be restored in its run.
func TestRedChargeRefusals(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx := w.t.Context()
		_, err := w.take(ctx, w.project, w.room, cashier.MethodCash, 40_00)
		w.must(err)
		c := w.wants(60_00)[0]
		if _, err := w.red(&c, false); !errors.Is(err, billing.ErrRedPaid) {
			w.t.Errorf("paid in part: %v", err)
		}
		_, err = w.single(w.who, w.once("门禁卡"), 15_00)
		w.must(err)
		list := w.open()
		card := list[slices.IndexFunc(list, func(c billing.Charge) bool { return c.Amount == 15_00 })]
		moved := card
		moved.Amount = 14_00
		if _, err := w.red(&moved, false); !errors.Is(err, fault.ErrStale) {
			w.t.Errorf("another amount on the screen: %v", err)
		}
		_, err = w.red(&card, false)
		w.must(err)
		if _, err := w.app.Billing.RestoreLine(ctx, w.who, w.project, card.Run, card.ID, "再收"); !errors.Is(err, billing.ErrLineState) {
			w.t.Errorf("restored: %v", err)
		}
		w.wants(60_00)
	})
}
