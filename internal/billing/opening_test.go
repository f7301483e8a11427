package billing_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/billing/billingtest"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/ledger"
	"linli/internal/roster"
	"linli/internal/tariff"
)

// importer is a world whose estate takes files in.
func importer(t *testing.T, d *db.DB, now *clock.Manual) *world {
	t.Helper()
	return importerInParts(t, d, now, 0)
}

// importerInParts writes so many charges at a time.
func importerInParts(t *testing.T, d *db.DB, now *clock.Manual, charges int) *world {
	t.Helper()
	w := newWorld(t, d, now, 0)
	ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	a := audit.New(audit.Deps{DB: d, Key: []byte("01234567890123456789012345678901")})
	w.Jobs = job.New(d, slog.New(slog.DiscardHandler))
	w.Estate = estate.New(estate.Deps{DB: d, Audit: a, Ring: ring})
	w.roster = roster.New(roster.Deps{DB: d, Audit: a, Ring: ring, Estate: w.Estate, Jobs: w.Jobs, Files: file.New(file.Deps{DB: d, Dir: t.TempDir()})})
	w.Tariff = tariff.New(tariff.Deps{DB: d, Audit: a, Estate: w.Estate})
	w.Billing = billing.New(billing.Deps{DB: d, Audit: a, Ledger: w.Ledger, Estate: w.Estate, Tariff: w.Tariff, Meter: w.Meter, Jobs: w.Jobs, PartRooms: charges})
	w.roster.TakeImports(w.Billing.Openings())
	return w
}

func (w *world) sheet(kind string, lines ...string) roster.Import {
	w.Helper()
	ctx := context.Background()
	im, err := w.roster.StartImportOf(ctx, w.Who, w.Project, kind, "期初.csv", strings.NewReader(strings.Join(lines, "\n")+"\n"))
	if err == nil {
		err = w.Jobs.Drain(ctx)
	}
	if err == nil {
		im, err = w.roster.Import(ctx, w.DB.Reader(ctx), w.Project, im.ID)
	}
	if err != nil {
		w.Fatal(err)
	}
	return im
}

func (w *world) applied(imp id.ID) roster.Import {
	w.Helper()
	ctx := context.Background()
	_, err := w.roster.ApplyImport(ctx, w.Who, w.Project, imp, roster.ApplyOptions{})
	if err == nil {
		err = w.Jobs.Drain(ctx)
	}
	im, rerr := w.roster.Import(ctx, w.DB.Reader(ctx), w.Project, imp)
	if err != nil || rerr != nil {
		w.Fatal(err, rerr)
	}
	return im
}

func (w *world) sound() {
	w.Helper()
	broken, err := w.Billing.Broken(context.Background(), w.Project)
	amounts, aerr := w.Billing.BrokenAmounts(context.Background(), w.Project)
	if err != nil || aerr != nil || len(broken)+len(amounts) > 0 {
		w.Errorf("%v %v %v %v", broken, amounts, err, aerr)
	}
}

func TestOpeningArrears(t *testing.T) {
	dbtest.Run(t, append(billingtest.Migrations(), file.Migrations()), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := importer(t, d, now)
		ids := w.Rooms(estate.Room{Area: 10000}, estate.Room{Area: 5000})
		item := w.Item(tariff.Item{Name: "物业服务费"}, "2.5", "").ID
		month := clock.MonthOf(now.Now())
		ctx, q := t.Context(), d.Reader(t.Context())
		head := "房号,费用项目,账期,应收金额,已收金额,备注"
		rows := []string{head, fmt.Sprintf("1栋1001,物业服务费,%s,250.00,100.00,旧收据 77", month.Add(-2)), fmt.Sprintf("1-0-1001,物业服务费,%s,250,,", month.Add(-1)),
			fmt.Sprintf("1-1002,物业服务费,%s,125,125,", month.Add(-1))}

		bad := w.sheet(billing.KindOpening, append(rows, "1-1009,物业服务费,2020-01,1,,")...)
		if bad.State != roster.ImportRefused || bad.Errors != 1 {
			t.Fatalf("%s %d", bad.State, bad.Errors)
		}
		if list, err := w.roster.ImportErrors(ctx, w.Project, bad.ID, page.Request{Limit: 10}); err != nil || list.Items[0].Cell != "A5" {
			t.Errorf("%+v %v", list, err)
		}
		im := w.sheet(billing.KindOpening, rows...)
		if im.State != roster.ImportReady || len(im.Report.Facts) != 6 || im.Report.Facts[5].Value != "400.00 元" || len(im.Report.Changes) != 3 {
			t.Fatalf("%s %+v", im.State, im.Report)
		}
		if open, err := w.Billing.Open(ctx, q, w.Project, ids); err != nil || len(open) != 0 {
			t.Fatalf("owed before it is applied: %+v %v", open, err)
		}
		if im = w.applied(im.ID); im.State != roster.ImportApplied {
			t.Fatal(im.State)
		}
		w.sound()
		open, err := w.Billing.Open(ctx, q, w.Project, ids)
		if err != nil || len(open) != 2 || open[0].Owed() != 15000 || open[0].Carried != 10000 || open[1].Owed() != 25000 || open[0].Due != month.Add(-2).Last() {
			t.Fatalf("%+v %v", open, err)
		}
		if e, err := w.Billing.Explain(ctx, q, w.Project, open[0].ID); err != nil || !strings.Contains(strings.Join(e.Lines, "|"), "旧收据 77") {
			t.Errorf("%+v %v", e, err)
		}
		net, err := w.Ledger.NetByPlace(ctx, q, w.Project, ledger.Receivable, ledger.DocRun)
		if err != nil || net[ledger.Place{Subject: ids[0], Item: item}] != 40000 || len(net) != 1 {
			t.Errorf("receivable %v %v", net, err)
		}

		// What was charged before is not charged again, nor imported twice.
		if run := w.run(month.Add(-1)); run.Lines != 0 {
			t.Errorf("the month is charged again: %+v", run)
		}
		if again := w.sheet(billing.KindOpening, append(rows, "")...); again.State != roster.ImportRefused || again.Errors != 3 {
			t.Errorf("%s %d", again.State, again.Errors)
		}
		if run := w.release(w.run(month)); run.Lines != 2 {
			t.Errorf("%+v", run)
		}
		w.sound()

		// Money of before cannot be given back here; money of now stands against undo.
		pay := []billing.Settlement{{Charge: open[0].ID, Amount: 5000}}
		if err := w.Settle(pay...); err != nil {
			t.Fatal(err)
		}
		if _, err := w.roster.UndoImport(ctx, w.Who, w.Project, im.ID); err == nil || !errors.Is(err, billing.ErrOpeningPaid) {
			t.Errorf("undone though paid: %v", err)
		}
		back := func(amount money.Fen) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				return w.Billing.Unsettle(ctx, tx, w.Project, []billing.Settlement{{Charge: open[0].ID, Amount: amount}})
			})
		}
		if err := back(6000); !errors.Is(err, billing.ErrNothingTaken) {
			t.Errorf("gave back what an import brought as paid: %v", err)
		}
		if err := back(5000); err != nil {
			t.Fatal(err)
		}
		if im, err = w.roster.UndoImport(ctx, w.Who, w.Project, im.ID); err != nil || im.State != roster.ImportUndone {
			t.Fatalf("%s %v", im.State, err)
		}
		if err := w.Jobs.Drain(ctx); err != nil {
			t.Fatal(err)
		}
		w.sound()
		if open, err := w.Billing.Open(ctx, q, w.Project, ids[:1]); err != nil || len(open) != 1 || open[0].Month != month {
			t.Errorf("left: %+v %v", open, err)
		}
		if im := w.applied(w.sheet(billing.KindOpening, rows...).ID); im.State != roster.ImportApplied {
			t.Errorf("after the undo the file may come again: %s", im.State)
		}
		w.sound()
	})
}

// cutting is a clock that ends a context when it has been asked so often; every
// transaction asks it once.
type cutting struct {
	*clock.Manual
	left atomic.Int64
	cut  context.CancelFunc
}

// after has the context end at the n-th time from now; 0 is never.
func (c *cutting) after(n int, cut context.CancelFunc) {
	c.left.Store(0)
	c.cut = cut
	c.left.Store(int64(n))
}

func (c *cutting) Now() time.Time {
	if c.left.Add(-1) == 0 {
		c.cut()
	}
	return c.Manual.Now()
}

// A31: wherever an import of arrears is cut off, nobody sees a part of it, the
// book agrees with the charges, and at the end each is there once.
func TestOpeningCutOff(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			now := &cutting{Manual: clock.NewManual(dbtest.Start())}
			d := dbtest.Open(t, engine, append(billingtest.Migrations(), file.Migrations()), now)
			w := importerInParts(t, d, now.Manual, 7)
			ids := w.Rooms(make([]estate.Room, 10)...)
			item := w.Item(tariff.Item{Name: "物业服务费"}, "2.5", "").ID
			lines := []string{"房号,费用项目,账期,应收金额,已收金额"}
			for i := range 30 {
				lines = append(lines, fmt.Sprintf("1-%d,物业服务费,2025-%02d,100,%d", 1001+i%10, 1+i/10, 10*(i%2)))
			}
			im := w.sheet(billing.KindOpening, lines...)
			if _, err := w.roster.ApplyImport(t.Context(), w.Who, w.Project, im.ID, roster.ApplyOptions{}); err != nil {
				t.Fatal(err)
			}
			cuts := 0
			for k := 1; im.State != roster.ImportApplied; k++ {
				ctx, cancel := context.WithCancel(t.Context())
				now.after(k, cancel)
				derr := w.Jobs.Drain(ctx)
				whole := ctx.Err() == nil
				cancel()
				now.after(0, nil)
				cuts = k
				now.Advance(time.Hour) // behind every lease
				w.sound()
				open, err := w.Billing.Open(t.Context(), d.Reader(t.Context()), w.Project, ids)
				if err == nil && whole {
					err = derr
				}
				if err != nil || len(open) != 0 && len(open) != 30 {
					t.Fatalf("cut at the %d. transaction: %d are owed, %v", k, len(open), err)
				}
				if im, err = w.roster.Import(t.Context(), d.Reader(t.Context()), w.Project, im.ID); err != nil || k > 100 {
					t.Fatalf("%s after %d cuts: %v", im.State, k, err)
				}
				if len(open) == 30 && im.State != roster.ImportApplied && im.State != roster.ImportApplying {
					t.Fatalf("owed and %s", im.State)
				}
			}
			net, err := w.Ledger.NetByPlace(t.Context(), d.Reader(t.Context()), w.Project, ledger.Receivable, ledger.DocRun, ledger.DocRunWithdrawn)
			sum := money.Fen(0)
			for _, x := range net {
				sum += x
			}
			if open, oerr := w.Billing.Open(t.Context(), d.Reader(t.Context()), w.Project, ids); err != nil || oerr != nil || len(open) != 30 || sum != 30*10000-15*1000 || cuts < 10 {
				t.Errorf("%d charges, %d in the book, %d cuts: %v %v", len(open), sum, cuts, err, oerr)
			}

			// Taking it back hides all of it at once and may be cut off as well.
			if im, err = w.roster.UndoImport(t.Context(), w.Who, w.Project, im.ID); err != nil || im.State != roster.ImportUndone {
				t.Fatal(im.State, err)
			}
			for k := 1; ; k++ {
				if open, err := w.Billing.Open(t.Context(), d.Reader(t.Context()), w.Project, ids); err != nil || len(open) != 0 {
					t.Fatalf("%d are owed after the undo: %v", len(open), err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				now.after(k, cancel)
				if err := w.Jobs.Drain(ctx); err != nil && ctx.Err() == nil {
					t.Fatal(err)
				}
				cancel()
				now.after(0, nil)
				now.Advance(time.Hour)
				w.sound()
				left := 0
				if err := d.Reader(t.Context()).QueryRow(t.Context(), "SELECT COUNT(*) FROM billing_run WHERE project_id = ? AND state = 'withdrawing'", w.Project).Scan(&left); err != nil || k > 100 {
					t.Fatal(err)
				}
				if left == 0 {
					break
				}
			}
			if net, err = w.Ledger.NetByPlace(t.Context(), d.Reader(t.Context()), w.Project, ledger.Opening, ledger.DocRun, ledger.DocRunWithdrawn); err != nil || net[ledger.Place{Subject: ids[0], Item: item}] != 0 {
				t.Errorf("left in the book: %v %v", net, err)
			}
			if im := w.applied(w.sheet(billing.KindOpening, lines...).ID); im.State != roster.ImportApplied {
				t.Errorf("the file again: %s", im.State)
			}
			w.sound()
		})
	}
}

// What changes while the charges are laid is seen: they are taken away, planned
// again, and there once.
func TestOpeningSeesWhatMoved(t *testing.T) {
	dbtest.Run(t, append(billingtest.Migrations(), file.Migrations()), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := importerInParts(t, d, now, 2)
		ids := w.Rooms(make([]estate.Room, 3)...)
		w.Item(tariff.Item{Name: "物业服务费"}, "2.5", "")
		ctx, content, kind := t.Context(), "房号,费用项目,账期,应收金额\n1-1001,物业服务费,2025-01,10\n1-1002,物业服务费,2025-01,20\n1-1003,物业服务费,2025-01,30\n", w.Billing.Openings()
		b, err := sheet.Open("期初.csv", strings.NewReader(content), int64(len(content)), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		in, err := kind.Read(ctx, w.Project, b, roster.ReadOptions{Note: func(int) {}})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		im := roster.Import{ID: 7, FileName: "期初.csv"}
		laid := func() {
			t.Helper()
			if f, err := in.Plan(ctx, d.Reader(ctx), &im); err != nil || len(f.Table.Problems) > 0 {
				t.Fatal(err, f.Table.Problems)
			}
			if err := in.Lay(ctx, w.Who, &im); err != nil {
				t.Fatal(err)
			}
			w.sound()
		}
		held := func() (still bool) {
			t.Helper()
			w.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				if still, err = in.Hold(ctx, tx); err != nil || !still {
					return err
				}
				return in.Write(ctx, tx, w.Who, &im)
			})
			return still
		}
		laid()
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			layout := "三室"
			_, err := w.Estate.EditRoom(ctx, tx, w.Who, w.Project, ids[0], estate.RoomEdit{Layout: &layout, Version: 1})
			return err
		})
		if held() {
			t.Error("a room has changed")
		}
		if err := kind.Drop(ctx, w.Project, im.ID); err != nil {
			t.Fatal(err)
		}
		w.sound()
		if laid(); !held() {
			t.Error("nothing has moved")
		}
		if err := kind.Drop(ctx, w.Project, im.ID); err != nil { // nothing to drop: it counts
			t.Fatal(err)
		}
		for range 2 {
			if err := kind.Finish(ctx, w.Project, im.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.sound()
		if open, err := w.Billing.Open(ctx, d.Reader(ctx), w.Project, ids); err != nil || len(open) != 3 {
			t.Errorf("%+v %v", open, err)
		}
	})
}
