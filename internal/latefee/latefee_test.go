package latefee_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/latefee/penalty"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// world is a project with one room that owes 1000.00, with terms of 0.05 % a day.
type world struct {
	d       *db.DB
	now     *clock.Manual
	ledger  *ledger.Service
	billing *billing.Service
	late    *latefee.Service
	project id.ID
	room    id.ID
	charge  billing.Charge
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	rooms := []db.Migrations{job.Migrations(), audit.Migrations(), file.Migrations(), ledger.Migrations(), estate.Migrations(), billing.Migrations(), latefee.Migrations()}
	dbtest.Run(t, rooms, func(t *testing.T, d *db.DB, now *clock.Manual) {
		ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
		if err != nil {
			t.Fatal(err)
		}
		log, w := audit.New(audit.Deps{DB: d, Key: ring.AuditKey()}), &world{d: d, now: now, ledger: ledger.New(ledger.Deps{DB: d})}
		homes := estate.New(estate.Deps{DB: d, Audit: log, Ring: ring})
		prices := tariff.New(tariff.Deps{DB: d, Audit: log, Estate: homes})
		w.billing = billing.New(billing.Deps{DB: d, Audit: log, Ledger: w.ledger, Estate: homes, Tariff: prices, Jobs: job.New(d, slog.New(slog.DiscardHandler))})
		w.late = latefee.New(latefee.Deps{DB: d, Audit: log, Ledger: w.ledger, Estate: homes, Tariff: prices, Billing: w.billing})
		w.write(t, func(ctx context.Context, tx *db.Tx) error { return w.found(ctx, tx, homes, prices) })
		f(t, w)
	})
}

func (w *world) found(ctx context.Context, tx *db.Tx, homes *estate.Service, prices *tariff.Service) error {
	who, today := actor.System("test"), clock.DateOf(w.now.Now())
	p, err := homes.CreateProject(ctx, tx, who, estate.Project{Name: "翠湖花园", Kind: estate.KindResidential})
	if err != nil {
		return err
	}
	w.project = p.ID
	b, err := homes.CreateBuilding(ctx, tx, who, p.ID, estate.Building{Name: "3栋"})
	if err != nil {
		return err
	}
	rooms := []estate.Room{{Building: b.ID, Name: "101", Area: 100_00}}
	if err := homes.CreateRooms(ctx, tx, who, p.ID, rooms); err != nil {
		return err
	}
	w.room = rooms[0].ID
	i, err := prices.CreateItem(ctx, tx, who, p.ID, tariff.Item{Name: "装修垃圾清运费", Basis: tariff.Once, Cycle: "month", Advance: true, StartMonth: 1,
		From: today.Month().First(), Unit: 1, FirstMonth: tariff.Actual})
	if err != nil {
		return err
	}
	_, err = w.late.AddTerms(ctx, tx, who, p.ID, latefee.Terms{Item: i.ID, From: 20200101, Source: "物业服务合同第十二条",
		Terms: penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal}})
	if err != nil {
		return err
	}
	w.charge, err = w.billing.ChargeSingle(ctx, tx, who, p.ID, billing.Single{Room: w.room, Item: i.ID, Month: today.Month(), Due: today, Amount: 1000_00})
	return err
}

func (w *world) write(t *testing.T, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := w.d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) fee(t *testing.T) *latefee.Fee {
	t.Helper()
	f, err := w.late.Fee(t.Context(), w.d.Reader(t.Context()), w.project, w.charge.ID, clock.DateOf(w.now.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return &f
}

// Money taken for being late becomes a charge of its own, never for more than
// is to be asked; when the money goes back the charge ends and the days speak.
func TestFeeBecomesCharge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.now.Set(w.charge.Due.AddDays(20).Start())
		f := w.fee(t)
		if f.Left() != 10_00 || f.Result.Days != 20 {
			t.Fatalf("left %d of %d days", f.Left(), f.Result.Days)
		}
		err := w.d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := w.late.Charge(t.Context(), tx, actor.System("test"), w.project, clock.DateOf(tx.Now()), []latefee.Take{{ID: tx.NewID(), Fee: *f, Amount: 10_01}})
			return err
		})
		if !errors.Is(err, latefee.ErrMoved) {
			t.Errorf("a fen too much: %v", err)
		}
		var made []billing.Charge
		w.write(t, func(ctx context.Context, tx *db.Tx) error {
			if made, err = w.late.Charge(ctx, tx, actor.System("test"), w.project, clock.DateOf(tx.Now()), []latefee.Take{{ID: tx.NewID(), Fee: *f, Amount: 4_00}}); err != nil {
				return err
			}
			_, err := w.billing.Settle(ctx, tx, w.project, []billing.Settlement{{Charge: made[0].ID, Amount: 4_00}})
			return err
		})
		if made[0].Late != w.charge.ID || w.fee(t).Left() != 6_00 {
			t.Errorf("made %+v, left %d", made[0], w.fee(t).Left())
		}
		w.write(t, func(ctx context.Context, tx *db.Tx) error {
			return w.billing.Unsettle(ctx, tx, w.project, []billing.Settlement{{Charge: made[0].ID, Amount: 4_00}})
		})
		left, err := w.late.Left(t.Context(), w.d.Reader(t.Context()), w.project, []id.ID{w.room}, clock.DateOf(w.now.Now()))
		if err != nil || left[w.charge.ID] != 10_00 {
			t.Errorf("left %v, %v", left, err)
		}
		books, err := w.ledger.Balances(t.Context(), w.d.Reader(t.Context()), w.project, 0)
		if err != nil || books[ledger.OtherRevenue] != 0 || books[ledger.Receivable] != 1000_00 {
			t.Errorf("books %v, %v", books, err)
		}
	})
}

// The doctor holds what charges say is waived against the approved documents,
// whichever of the two is wrong.
func TestBrokenNamesWaivers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.write(t, func(ctx context.Context, tx *db.Tx) error {
			x, err := w.late.AskWaiver(ctx, tx, actor.Actor{Account: 1, Name: "周敏"}, w.project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: w.charge.ID, Amount: 200_00, Reason: "漏水多次未修"})
			if err == nil {
				_, err = w.late.DecideWaiver(ctx, tx, actor.Actor{Account: 2, Name: "陈立群"}, w.project, x.ID, true, "", x.Version)
			}
			return err
		})
		named := func(want int) {
			t.Helper()
			if list, err := w.late.Broken(t.Context(), w.project); err != nil || len(list) != want {
				t.Errorf("%d named: %v %v", len(list), list, err)
			}
		}
		named(0)
		for i, q := range []string{"UPDATE billing_waiver SET amount = 100 WHERE project_id = ?", "DELETE FROM billing_waiver WHERE project_id = ?"} {
			w.write(t, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, q, w.project)
				return err
			})
			named(1 + i) // without the document its number is missing, too
		}
		if c, err := w.billing.Charge(t.Context(), w.d.Reader(t.Context()), w.project, w.charge.ID); err != nil || c.Owed() != money.Fen(800_00) {
			t.Errorf("owed %+v, %v", c, err)
		}
	})
}

// A rate is entered once it is published; one of a closed month may lower the
// ceiling of fees that were already shown, and never raise it.
func TestLPROfItsDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		add := func(from clock.Date, rate int64) error {
			return w.d.Write(t.Context(), func(tx *db.Tx) error {
				return w.late.AddLPR(t.Context(), tx, actor.System("test"), w.project, penalty.LPR{From: from, Rate: rate, Source: "全国银行间同业拆借中心公布"})
			})
		}
		w.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.late.AddTerms(ctx, tx, actor.System("test"), w.project, latefee.Terms{Item: w.charge.Item, From: 20200101, Source: "物业服务合同第十二条",
				Terms: penalty.Terms{Daily: 300_000, Grace: penalty.FromDue, Cap: penalty.LPR4}})
			return err
		})
		due := w.charge.Due
		w.now.Set(due.Month().Add(1).First().AddDays(9).Start())
		today := clock.DateOf(w.now.Now())
		shown := w.fee(t).Result.Total
		w.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.ledger.CloseMonth(ctx, tx, w.project, due.Month(), "周敏")
			return err
		})
		if err := add(today.AddDays(1), 200); !errors.Is(err, latefee.ErrLPR) {
			t.Errorf("a rate of tomorrow: %v", err)
		}
		if err := add(due, 301); !errors.Is(err, ledger.ErrMonthClosed) || w.fee(t).Result.Total != shown {
			t.Errorf("a higher one of the closed month: %v, the fee went from %d to %d", err, shown, w.fee(t).Result.Total)
		}
		if err := add(due, 300); err != nil || w.fee(t).Result.Total != shown {
			t.Errorf("the same one: %v", err)
		}
		if err := add(due, 200); err != nil || w.fee(t).Result.Limit >= shown {
			t.Errorf("a lower one: %v, limit %d of %d", err, w.fee(t).Result.Limit, shown)
		}
		if err := add(due, 300); !errors.Is(err, ledger.ErrMonthClosed) {
			t.Errorf("the lower one put up: %v", err)
		}
		if err := add(today, 400); err != nil {
			t.Errorf("a higher one of today: %v", err)
		}
	})
}

// A due day of rest moves to the next day of work where the terms say so (F11);
// a year whose arrangement is not here counts its weekends, is asked for from
// November and, once a month is closed, moves no due day of it back (F15).
func TestDueDayOfRest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.now.Set(clock.Date(20260915).Start())
		missing := func(want ...int) {
			t.Helper()
			got, err := w.late.MissingYears(t.Context(), w.d.Reader(t.Context()), w.project)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: missing %v, want %v, %v", clock.DateOf(w.now.Now()), got, want, err)
			}
		}
		owes := func(due clock.Date) {
			t.Helper()
			w.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
				w.charge, err = w.billing.ChargeSingle(ctx, tx, actor.System("test"), w.project, billing.Single{Room: w.room, Item: w.charge.Item, Month: due.Month(), Due: due, Amount: 1000_00})
				return err
			})
		}
		owes(20261003)
		w.now.Set(clock.Date(20261009).Start())
		if f := w.fee(t); f.Result.Days != 6 || f.Moved != "" {
			t.Errorf("without the rule %d days, %q", f.Result.Days, f.Moved)
		}
		w.now.Set(clock.Date(20261120).Start())
		missing()
		w.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.late.AddTerms(ctx, tx, actor.System("test"), w.project, latefee.Terms{Item: w.charge.Item, From: 20200101, Source: "物业服务合同第十二条",
				Terms: penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal, NextWorkday: true}})
			return err
		})
		missing(2027)
		w.now.Set(clock.Date(20261031).Start())
		missing()
		w.now.Set(clock.Date(20261008).Start())
		if f := w.fee(t); f.Left() != 0 {
			t.Errorf("on the day it moved to: %d", f.Left())
		}
		w.now.Set(clock.Date(20261009).Start())
		if f := w.fee(t); f.Result.Days != 1 || f.Left() != 50 || f.Lines()[0] != "到期日 2026-10-03 是休息日（国庆节），顺延到 2026-10-08" {
			t.Errorf("moved: %d days, %d fen, %q", f.Result.Days, f.Left(), f.Lines())
		}
		w.now.Set(clock.Date(20270201).Start())
		missing(2027)
		owes(20270206) // a Saturday
		w.now.Set(clock.Date(20270301).Start())
		if f := w.fee(t); f.Result.Days != 21 || f.Lines()[0] != "到期日 2027-02-06 是休息日（周六），顺延到 2027-02-08；2027 年放假安排还没有录入，只按周末顺延" {
			t.Errorf("of a year not known: %d days, %q", f.Result.Days, f.Lines())
		}
		put := func(text string) error {
			y, err := penalty.ReadNotice(2027, text)
			if err != nil {
				t.Fatal(err)
			}
			y.Source = "通知"
			return w.d.Write(t.Context(), func(tx *db.Tx) error { return w.late.PutYear(t.Context(), tx, actor.System("test"), w.project, y) })
		}
		if err := put("春节：2月5日至12日放假调休。2月13日上班。"); err != nil {
			t.Fatal(err)
		}
		missing()
		if f := w.fee(t); f.Result.Days != 16 { // after the 13th, which is worked
			t.Errorf("with the notice %d days, %q", f.Result.Days, f.Lines())
		}
		w.now.Set(clock.Date(20270310).Start())
		w.write(t, func(ctx context.Context, tx *db.Tx) error {
			for m := clock.Month(202609); m <= w.charge.Due.Month(); m = m.Add(1) {
				if _, err := w.ledger.CloseMonth(ctx, tx, w.project, m, "周敏"); err != nil {
					return err
				}
			}
			return nil
		})
		if err := put("春节：2月5日至8日放假。"); !errors.Is(err, ledger.ErrMonthClosed) || w.fee(t).Result.Days != 25 {
			t.Errorf("a shorter holiday in a closed month: %v", err)
		}
		if err := put("春节：2月5日至19日放假。"); err != nil || w.fee(t).Result.Days != 16 {
			t.Errorf("a longer one: %v, %d days", err, w.fee(t).Result.Days)
		}
		for _, year := range []int{2025, 2029} {
			err := w.d.Write(t.Context(), func(tx *db.Tx) error {
				return w.late.PutYear(t.Context(), tx, actor.System("test"), w.project, penalty.Year{Year: year, Source: "通知"})
			})
			if !errors.Is(err, latefee.ErrYear) {
				t.Errorf("%d: %v", year, err)
			}
		}
	})
}
