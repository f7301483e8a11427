package billing_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/billing"
	"linli/internal/billing/billingtest"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

func plainRooms(n int) []estate.Room {
	list := make([]estate.Room, n)
	for i := range list {
		list[i] = estate.Room{Area: money.Area(8000 + 10*i), Floor: 1 + i%18}
	}
	return list
}

func TestRunFromDraftToPaid(t *testing.T) {
	each(t, 7, func(t *testing.T, w *world) {
		ids := w.Rooms(plainRooms(20)...)
		w.Item(tariff.Item{Name: "物业服务费"}, "2.35", "")
		w.Item(tariff.Item{Name: "垃圾清运费", Basis: tariff.Fixed}, "8", "")
		r := w.run(202611)
		if r.State != billing.Draft || r.Lines != 40 || r.Rooms != 20 || r.Parts != 3 || r.PartsDone != 3 {
			t.Fatalf("run %+v", r)
		}
		if got := w.Open(ids...); len(got) != 0 || w.Receivable() != 0 {
			t.Fatalf("a draft is owed: %d charges, %d in the books", len(got), w.Receivable())
		}
		w.check()
		r = w.release(r)
		open := w.Open(ids...)
		if r.State != billing.Released || len(open) != 40 || open[0].Due != 20261130 {
			t.Fatalf("released %+v, %d open", r, len(open))
		}
		w.check()
		first := open[0]
		if err := w.Settle(billing.Settlement{Charge: first.ID, Amount: 100}, billing.Settlement{Charge: first.ID, Amount: first.Amount - 100}); err != nil {
			t.Fatal(err)
		}
		if err := w.Settle(billing.Settlement{Charge: first.ID, Amount: 1}); !errors.Is(err, billing.ErrOverpaid) {
			t.Fatalf("paying more than owed: %v", err)
		}
		if got := w.Open(first.Subject); len(got) != 1 {
			t.Fatalf("%d open after one of two is paid", len(got))
		}
		if _, err := w.Billing.Withdraw(t.Context(), w.Who, w.Project, r.ID, r.Version, "试试"); !errors.Is(err, billing.ErrPaid) {
			t.Fatalf("withdrawing a paid run: %v", err)
		}
		err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
			return w.Billing.Unsettle(t.Context(), tx, w.Project, []billing.Settlement{{Charge: first.ID, Amount: first.Amount}})
		})
		if err != nil {
			t.Fatal(err)
		}
		if r = w.withdraw(r); r.State != billing.Withdrawn || w.Receivable() != 0 || len(w.Open(ids...)) != 0 {
			t.Fatalf("withdrawn %+v, books %d", r, w.Receivable())
		}
		if err := w.Settle(billing.Settlement{Charge: first.ID, Amount: 1}); !errors.Is(err, billing.ErrNotOwed) {
			t.Fatalf("paying a withdrawn charge: %v", err)
		}
		if r = w.run(202611); r.Lines != 40 {
			t.Fatalf("running again after withdrawal made %d lines", r.Lines)
		}
		w.check()
	})
}

func TestRunningAgainFillsGapsOnly(t *testing.T) {
	each(t, 5, func(t *testing.T, w *world) {
		w.Rooms(plainRooms(12)...)
		w.Item(tariff.Item{Name: "物业服务费"}, "2.35", "")
		w.release(w.run(202611))
		if r := w.run(202611); r.State != billing.Empty || r.Lines != 0 {
			t.Fatalf("second run %+v", r)
		}
		w.Rooms(plainRooms(3)...)
		if r := w.run(202611); r.State != billing.Draft || r.Lines != 3 {
			t.Fatalf("run after three new rooms %+v", r)
		}
		w.check()
	})
}

// Two runs whose quarters overlap are generated at the same time: the months
// are charged once, by whichever comes first.
func TestTwoRunsAtOnce(t *testing.T) {
	each(t, 10, func(t *testing.T, w *world) {
		w.Rooms(plainRooms(60)...)
		w.Item(tariff.Item{Name: "物业服务费", Cycle: "quarter", Advance: true}, "2.35", "")
		var runs []billing.Run
		for _, m := range []clock.Month{202610, 202611, 202612} {
			r, err := w.Billing.StartRun(t.Context(), w.Who, w.Project, m)
			if err != nil {
				t.Fatal(err)
			}
			runs = append(runs, r)
		}
		if _, err := w.Billing.StartRun(t.Context(), w.Who, w.Project, 202611); !errors.Is(err, billing.ErrRunning) {
			t.Fatalf("same month at once: %v", err)
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := w.Jobs.Drain(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var lines int64
		for _, r := range runs {
			r = w.settled(r.ID)
			if r.State != billing.Draft && r.State != billing.Empty {
				t.Fatalf("run %+v", r)
			}
			lines += r.Lines
		}
		if lines != 180 {
			t.Fatalf("%d lines, want 60 rooms × 3 months", lines)
		}
		w.check()
	})
}

// A job that is killed in the middle continues where it stopped.
func TestKilledJobContinues(t *testing.T) {
	// So many parts that the kill after the second one does not come too late,
	// also when this goroutine is not asked for a while.
	each(t, 1, func(t *testing.T, w *world) {
		w.Rooms(plainRooms(240)...)
		w.Item(tariff.Item{Name: "物业服务费"}, "2.35", "")
		r, err := w.Billing.StartRun(t.Context(), w.Who, w.Project, 202611)
		if err != nil {
			t.Fatal(err)
		}
		killed := w.kill(r.ID, "billing.generate")
		r = w.settled(r.ID)
		if r.State != billing.Draft || r.Lines != 240 {
			t.Fatalf("after %d parts and a kill: %+v", killed, r)
		}
		w.check()
		if _, err := w.Billing.Release(t.Context(), w.Who, w.Project, r.ID, r.Version); err != nil {
			t.Fatal(err)
		}
		w.kill(r.ID, "billing.release")
		if open := w.read(r.ID); open.State != billing.Releasing {
			t.Fatalf("killed release %+v", open)
		}
		if r = w.settled(r.ID); r.State != billing.Released {
			t.Fatalf("released %+v", r)
		}
		w.check()
		if _, err := w.Billing.Withdraw(t.Context(), w.Who, w.Project, r.ID, r.Version, "出错重来"); err != nil {
			t.Fatal(err)
		}
		w.kill(r.ID, "billing.withdraw")
		if r = w.settled(r.ID); r.State != billing.Withdrawn || w.Receivable() != 0 {
			t.Fatalf("withdrawn %+v", r)
		}
		w.check()
	})
}

// kill runs the queue until some parts of the step are done and then cuts it
// off; it reports how many were done.
func (w *world) kill(run id.ID, kind string) int {
	w.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- w.Jobs.Drain(ctx) }()
	n := 0
	for n < 2 {
		n = w.read(run).PartsDone
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
	if left := w.number("SELECT COUNT(*) FROM kit_job WHERE kind = ? AND state IN ('ready', 'running')", kind); left != 1 && n < 10 {
		w.Logf("%s had ended before it was killed (%d parts)", kind, n)
	}
	return n
}

func TestWhatCannotBeComputed(t *testing.T) {
	each(t, 3, func(t *testing.T, w *world) {
		ids := w.Rooms(estate.Room{Area: 8000, Floor: 3}, estate.Room{Floor: 4}, estate.Room{Area: 9000}, estate.Room{Area: 9000, Floor: 1})
		w.Item(tariff.Item{Name: "物业服务费"}, "2.35", "")
		w.Item(tariff.Item{Name: "电梯费", Basis: tariff.ByFormula}, "0", "(楼层-2)*10")
		late := w.Item(tariff.Item{Name: "公共能耗费"}, "", "")
		w.Rate(late.ID, 20261116, "0.5", "")
		r := w.run(202611)
		reasons := map[id.ID]string{}
		for _, l := range w.looks(r.ID) {
			if !l.Fault {
				t.Errorf("unexpected %+v", l)
			}
			reasons[l.Room] += l.Name + l.Reason + "|"
		}
		for room, want := range map[id.ID]string{ids[1]: "物业服务费缺少建筑面积", ids[2]: "电梯费缺少楼层", ids[3]: "电梯费算出来是负数", 0: "公共能耗费2026-11-01 起没有单价"} {
			if !strings.Contains(reasons[room], want) {
				t.Errorf("room %s: %q, want %q", room, reasons[room], want)
			}
		}
		if r.Lines != 5 || r.Faults != 4 {
			t.Fatalf("%d lines, %d faults", r.Lines, r.Faults)
		}
		w.check()
	})
}

func TestNarrowerScopeDecides(t *testing.T) {
	each(t, 2, func(t *testing.T, w *world) {
		var other id.ID
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			b, err := w.Estate.CreateBuilding(ctx, tx, w.Who, w.Project, estate.Building{Name: "2栋", Floors: 6})
			other = b.ID
			return err
		})
		ids := w.Rooms(estate.Room{Area: 10000}, estate.Room{Area: 10000, Kind: estate.RoomShop}, estate.Room{Area: 10000, Building: other},
			estate.Room{Area: 10000, Building: other}, estate.Room{Area: 10000})
		item := w.Item(tariff.Item{Name: "物业服务费"}, "3", "")
		w.Assign(tariff.Assignment{Item: item.ID, Scope: tariff.ToKind, Kind: estate.RoomShop, Exempt: true})
		w.Assign(tariff.Assignment{Item: item.ID, Scope: tariff.ToBuilding, Target: other, Exempt: true})
		w.Assign(tariff.Assignment{Item: item.ID, Scope: tariff.ToRoom, Target: ids[3]})
		free := w.Assign(tariff.Assignment{Item: item.ID, Scope: tariff.ToRoom, Target: ids[4], Exempt: true, From: 20261111, Until: 20261120})
		got := map[id.ID]money.Fen{}
		r := w.run(202611)
		for _, l := range w.Lines(r.ID) {
			got[l.Subject] = l.Amount
		}
		want := map[id.ID]money.Fen{ids[0]: 30000, ids[3]: 30000, ids[4]: 20000}
		if len(got) != len(want) {
			t.Fatalf("charged %v, want %v", got, want)
		}
		for room, amount := range want {
			if got[room] != amount {
				t.Errorf("room %s owes %d, want %d", room, got[room], amount)
			}
		}
		w.check()
		w.withdraw(r)
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Tariff.EndAssignment(ctx, tx, w.Who, w.Project, free.ID, 20191231, free.Version)
			return err
		})
		if r = w.run(202611); r.Amount != 90000 {
			t.Fatalf("without the exemption %d", r.Amount)
		}
		err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := w.Tariff.EndAssignment(t.Context(), tx, w.Who, w.Project, free.ID, 20191231, free.Version)
			return err
		})
		if !errors.Is(err, fault.ErrStale) {
			t.Fatalf("ending with an old version: %v", err)
		}
	})
}

func TestLinesDecidedByHand(t *testing.T) {
	each(t, 3, func(t *testing.T, w *world) {
		w.Rooms(plainRooms(6)...)
		w.Item(tariff.Item{Name: "物业服务费"}, "2.35", "")
		r := w.run(202611)
		lines := w.Lines(r.ID)
		ctx := t.Context()
		do := func(_ billing.Charge, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			w.check()
		}
		do(w.Billing.Correct(ctx, w.Who, w.Project, r.ID, lines[0].ID, lines[0].Amount, 12345, "面积有误"))
		if _, err := w.Billing.Correct(ctx, w.Who, w.Project, r.ID, lines[0].ID, lines[0].Amount, 12345, "面积有误"); !errors.Is(err, fault.ErrStale) {
			t.Fatalf("correcting what somebody corrected: %v", err)
		}
		do(w.Billing.HoldLine(ctx, w.Who, w.Project, r.ID, lines[1].ID, "等业主回话"))
		do(w.Billing.HoldLine(ctx, w.Who, w.Project, r.ID, lines[2].ID, "等业主回话"))
		do(w.Billing.DropLine(ctx, w.Who, w.Project, r.ID, lines[3].ID, "已协商不收"))
		do(w.Billing.DropLine(ctx, w.Who, w.Project, r.ID, lines[4].ID, "点错了"))
		do(w.Billing.RestoreLine(ctx, w.Who, w.Project, r.ID, lines[4].ID, "恢复"))
		if _, err := w.Billing.Release(ctx, w.Who, w.Project, r.ID, r.Version); !errors.Is(err, fault.ErrStale) {
			t.Fatalf("releasing what was reviewed before: %v", err)
		}
		r = w.read(r.ID)
		v := w.review(r.ID)
		if r.Lines != 5 || r.HeldLines != 2 || r.DroppedLines != 1 || v.RoomsBill != 3 || v.ToRelease != r.Amount-r.HeldAmount {
			t.Fatalf("review %+v", v)
		}
		r = w.release(r)
		w.check()
		if w.Receivable() != v.ToRelease {
			t.Fatalf("posted %d, review said %d", w.Receivable(), v.ToRelease)
		}
		if _, err := w.Billing.HoldLine(ctx, w.Who, w.Project, r.ID, lines[0].ID, "太晚了"); !errors.Is(err, billing.ErrLineState) {
			t.Fatalf("holding a released line: %v", err)
		}
		do(w.Billing.ReleaseLine(ctx, w.Who, w.Project, r.ID, lines[1].ID, "业主同意了"))
		do(w.Billing.Correct(ctx, w.Who, w.Project, r.ID, lines[2].ID, lines[2].Amount, 5000, "协商减半"))
		do(w.Billing.DropLine(ctx, w.Who, w.Project, r.ID, lines[2].ID, "还是不收"))
		e, err := w.Billing.Explain(ctx, w.DB.Reader(ctx), w.Project, lines[0].ID)
		if err != nil || e.Computed != lines[0].Amount || e.Amount != 12345 || !strings.Contains(e.Lines[len(e.Lines)-1], "面积有误") {
			t.Fatalf("explanation %+v, %v", e, err)
		}
		w.withdraw(w.read(r.ID))
		w.check()
		if w.Receivable() != 0 {
			t.Fatalf("books keep %d of a withdrawn run", w.Receivable())
		}
	})
}

func TestReviewNamesTheCauses(t *testing.T) {
	each(t, 3, func(t *testing.T, w *world) {
		ids := w.Rooms(estate.Room{Area: 10000}, estate.Room{Area: 10000}, estate.Room{Area: 10000}, estate.Room{Area: 10000, Handover: 20260101},
			estate.Room{Area: 10000, Handover: 20261115})
		item := w.Item(tariff.Item{Name: "物业服务费"}, "2", "")
		oct := w.run(202610)
		lines := w.Lines(oct.ID)
		if _, err := w.Billing.Correct(t.Context(), w.Who, w.Project, oct.ID, lines[0].ID, 20000, 15000, "减免一次"); err != nil {
			t.Fatal(err)
		}
		w.release(w.read(oct.ID))
		w.Rate(item.ID, 20261101, "2.1", "")
		w.Assign(tariff.Assignment{Item: item.ID, Scope: tariff.ToRoom, Target: ids[1], Exempt: true, From: 20261101})
		w.Assign(tariff.Assignment{Item: item.ID, Scope: tariff.ToRoom, Target: ids[2], Exempt: true, From: 20261116})
		nov := w.run(202611)
		v := w.review(nov.ID)
		got := map[string]money.Fen{}
		for _, c := range v.Causes {
			got[c.Cause.Word()] = c.Amount
		}
		want := map[string]money.Fen{"price": 3000, "ended": -20000, "part_month": -10500, "new": 11200, "correction": 5000}
		for k, a := range want {
			if got[k] != a {
				t.Errorf("%s %d, want %d (all %v)", k, got[k], a, got)
			}
		}
		if v.LastAmount != 75000 || len(got) != len(want) {
			t.Errorf("last %d, causes %v", v.LastAmount, got)
		}
		if !strings.Contains(v.Causes[0].Note, "2 → 2.1 元/㎡·月，2026-11-01 起") {
			t.Errorf("note %q", v.Causes[0].Note)
		}
		w.check()
	})
}

// TestCorrectedAreaLeavesOldBills is F16: an area that was wrong for months
// changes what comes, not what was charged; the review says why.
func TestCorrectedAreaLeavesOldBills(t *testing.T) {
	each(t, 0, func(t *testing.T, w *world) {
		rooms := w.Rooms(estate.Room{Area: 10000})
		w.Item(tariff.Item{Name: "物业服务费"}, "2", "")
		w.release(w.run(202609))
		w.release(w.run(202610))
		before := w.Open(rooms[0])
		explained := func() string {
			t.Helper()
			x, err := w.Billing.Explain(t.Context(), w.DB.Reader(t.Context()), w.Project, before[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(x.Lines, "\n")
		}
		was := explained()
		area := money.Area(9000)
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Estate.EditRoom(ctx, tx, w.Who, w.Project, rooms[0], estate.RoomEdit{Area: &area, Version: 1})
			return err
		})
		nov := w.run(202611)
		if v := w.review(nov.ID); v.Amount != 180_00 || len(v.Causes) != 1 || v.Causes[0].Cause.Word() != "area" || v.Causes[0].Amount != -20_00 {
			t.Errorf("November %d, causes %+v", v.Amount, v.Causes)
		}
		w.release(nov)
		if again := w.run(202610); again.Lines != 0 {
			t.Errorf("October is charged again: %+v", again)
		}
		if after := w.Open(rooms[0]); len(after) != 3 || after[0].Amount != before[0].Amount || after[1].Amount != before[1].Amount || explained() != was {
			t.Errorf("old bills changed: %+v, %s", after, explained())
		}
		w.check()
	})
}

func TestBigChangesAreShown(t *testing.T) {
	each(t, 0, func(t *testing.T, w *world) {
		ids := w.Rooms(plainRooms(5)...)
		item := w.Item(tariff.Item{Name: "物业服务费"}, "2.35", "")
		w.release(w.run(202610))
		// A new price for all is no reason to look at each; it must not hide the one room either.
		w.Rate(item.ID, 20261101, "4.00", "")
		w.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE estate_room SET area = area * 2 WHERE project_id = ? AND id = ?", w.Project, ids[2])
			return err
		})
		r := w.run(202611)
		l := w.looks(r.ID)
		if len(l) != 1 || l[0].Room != ids[2] || l[0].Charge == 0 || !strings.Contains(l[0].Reason, "面积由 80.2 变为 160.4 ㎡") {
			t.Fatalf("looks %+v", l)
		}
		c, err := w.Billing.Charge(t.Context(), w.DB.Reader(t.Context()), w.Project, l[0].Charge)
		if err != nil || c.Subject != ids[2] || c.Amount != l[0].Amount {
			t.Fatalf("look points at %+v, %v", c, err)
		}
		w.check()
	})
}

func TestItemRules(t *testing.T) {
	each(t, 0, func(t *testing.T, w *world) {
		w.Rooms(plainRooms(1)...)
		item := w.Item(tariff.Item{Name: "物业服务费"}, "2.35", "")
		edit := func(change func(*tariff.Item)) error {
			i, err := w.Tariff.Item(t.Context(), w.DB.Reader(t.Context()), w.Project, item.ID)
			if err != nil {
				t.Fatal(err)
			}
			change(&i)
			return w.DB.Write(t.Context(), func(tx *db.Tx) error {
				_, err := w.Tariff.EditItem(t.Context(), tx, w.Who, w.Project, i)
				return err
			})
		}
		if err := edit(func(i *tariff.Item) { i.Rounding = money.Up }); err != nil {
			t.Fatal(err)
		}
		w.run(202611)
		for name, c := range map[string]struct {
			change func(*tariff.Item)
			want   error
		}{
			"rounding after charges": {func(i *tariff.Item) { i.Rounding = money.Down }, tariff.ErrItemUsed},
			"old version":            {func(i *tariff.Item) { i.Version-- }, fault.ErrStale},
			"no name":                {func(i *tariff.Item) { i.Name = "  " }, tariff.ErrItem},
			"E3 unseen characters":   {func(i *tariff.Item) { i.Name = "物\u202e业费" }, tariff.ErrItem},
			"ends before it begins":  {func(i *tariff.Item) { i.Until = 20191231 }, tariff.ErrItem},
			"due day":                {func(i *tariff.Item) { i.DueDay = 5 }, nil},
			"retire":                 {func(i *tariff.Item) { i.Active = false }, nil},
		} {
			if err := edit(c.change); !errors.Is(err, c.want) && !(err == nil && c.want == nil) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if _, err := w.Billing.StartRun(t.Context(), w.Who, w.Project, 202612); err == nil {
			t.Error("a run without active items was started")
		}
		if _, err := w.Billing.StartRun(t.Context(), w.Who, w.Project, 202701); !errors.Is(err, billing.ErrMonth) {
			t.Errorf("a month far ahead: %v", err)
		}
		err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
			_, err := w.Tariff.AddRate(t.Context(), tx, w.Who, w.Project, tariff.Rate{Item: item.ID, From: 20260101, Price: 1, SourceKind: "other", SourceText: "测试"})
			return err
		})
		if !errors.Is(err, tariff.ErrItemRetired) {
			t.Errorf("a price for a retired item: %v", err)
		}
	})
}

func TestOpenIsOrderedByDueDate(t *testing.T) {
	dbtest.Run(t, billingtest.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := newWorld(t, d, now, 0)
		ids := w.Rooms(plainRooms(2)...)
		w.Item(tariff.Item{Name: "物业服务费"}, "2.35", "")
		w.Item(tariff.Item{Name: "垃圾清运费", Basis: tariff.Fixed, DueDay: 10}, "8", "")
		w.release(w.run(202611))
		w.release(w.run(202610))
		var due []clock.Date
		for _, c := range w.Open(ids...) {
			due = append(due, c.Due)
		}
		want := []clock.Date{20261010, 20261010, 20261031, 20261031, 20261110, 20261110, 20261130, 20261130}
		for i := range want {
			if len(due) != len(want) || due[i] != want[i] {
				t.Fatalf("due dates %v, want %v", due, want)
			}
		}
		err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
			l, err := w.Billing.LockOpen(t.Context(), tx, w.Project, ids[:1])
			if len(l) != 4 {
				t.Errorf("locked %d charges, want 4", len(l))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
