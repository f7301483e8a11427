package app_test

import (
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/correction"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/export"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/latefee/penalty"
	"linli/internal/tariff"
)

// street is n rooms of 89.50 ㎡ that were charged 223.75 in January and in
// February, and the price of which was entered late: 2.80 from February on.
func (w *adjustWorld) street(n int) (rooms []id.ID) {
	w.t.Helper()
	ctx := w.t.Context()
	var building id.ID
	var err error
	w.project, building, err = w.caseWorld.project(ctx)
	w.must(err)
	for i := range n {
		room, err := w.caseWorld.room(ctx, w.project, building, fmt.Sprint(101+i), "89.5", 0)
		w.must(err)
		rooms = append(rooms, room)
	}
	item := w.priced(20260101, 2_500_000)
	for _, m := range []clock.Month{202601, 202602} {
		w.must(w.bill(ctx, w.project, m))
	}
	w.now.Set(clock.Date(20260220).Start())
	w.must(w.app.DB.Write(ctx, func(tx *db.Tx) error { return w.rate(tx, item, 20260201, 2_800_000) }))
	return rooms
}

// priced is an item by area that the whole project is charged.
func (w *adjustWorld) priced(from clock.Date, price money.Price) (item id.ID) {
	w.t.Helper()
	w.must(w.app.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		i, err := w.app.Tariff.CreateItem(w.t.Context(), tx, w.who, w.project, tariff.Item{Name: "物业服务费", Basis: tariff.ByArea, Cycle: "month", Advance: true, StartMonth: 1,
			From: from, Unit: money.OneFen, FirstMonth: tariff.Actual})
		if item = i.ID; err != nil {
			return err
		}
		if err := w.rate(tx, item, from, price); err != nil {
			return err
		}
		_, err = w.app.Tariff.Assign(w.t.Context(), tx, w.who, w.project, tariff.Assignment{Item: item, Scope: tariff.ToProject, From: from})
		return err
	}))
	return item
}

func (w *adjustWorld) rate(tx *db.Tx, item id.ID, from clock.Date, price money.Price) error {
	_, err := w.app.Tariff.AddRate(w.t.Context(), tx, w.who, w.project, tariff.Rate{Item: item, From: from, Price: price, SourceKind: "vote", SourceText: "业主大会决定"})
	return err
}

func (w *adjustWorld) spread() correction.Spread {
	w.t.Helper()
	x, err := w.app.Correct.Spread(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project, 202601, 202602)
	w.must(err)
	return x
}

// many corrects the rooms of the list and waits for it.
func (w *adjustWorld) many(list []correction.RoomDifference) correction.Batch {
	w.t.Helper()
	in := correction.BatchAsk{From: 202601, Until: 202602, Reason: "新单价录入晚了", Proof: "业主大会决定"}
	for _, r := range list {
		in.Rooms = append(in.Rooms, correction.BatchRoom{Room: r.Room, Plus: r.Plus, Minus: r.Minus})
	}
	b, err := w.app.Correct.MakeMany(w.t.Context(), w.who, w.project, in)
	w.must(err)
	return w.worked(b.ID)
}

func (w *adjustWorld) worked(batch id.ID) correction.Batch {
	w.t.Helper()
	w.must(w.app.Jobs.Drain(w.t.Context()))
	b, err := w.app.Correct.Batch(w.t.Context(), w.app.DB.Reader(w.t.Context()), w.project, batch)
	w.must(err)
	return b
}

func (w *adjustWorld) voidMany(b correction.Batch) correction.Batch {
	w.t.Helper()
	_, err := w.app.Correct.VoidMany(w.t.Context(), w.who, w.project, b.ID, "单价没有改", b.Version)
	w.must(err)
	return w.worked(b.ID)
}

// A price that was entered late is put right for all rooms of the list at once:
// a document each; what could not be done says why; the whole is undone as one,
// and tried again where somebody had paid meanwhile.
func TestCorrectionOfManyRooms(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx, rooms := t.Context(), w.street(4)
		found := w.spread()
		if found.Rooms != 4 || found.Plus != 4*26_85 || found.Minus != 0 {
			t.Fatalf("found %+v", found)
		}
		stale := slices.IndexFunc(found.Named, func(r correction.RoomDifference) bool { return r.Room == rooms[3] })
		found.Named[stale].Plus += 1
		b := w.many(found.Named)
		if b.State != correction.BatchMade || b.Counts[correction.RoomMade] != 3 || b.Counts[correction.RoomRefused] != 1 || b.Plus != 3*26_85 {
			t.Fatalf("made %+v", b)
		}
		for _, r := range b.Rooms {
			if refused := r.Room == rooms[3]; refused != (r.Problem == correction.ErrMoved.Text) || refused != (r.Number == "") {
				t.Errorf("room %+v", r)
			}
		}
		if x := w.spread(); x.Rooms != 1 || x.Named[0].Room != rooms[3] {
			t.Errorf("left %+v", x)
		}
		w.room = rooms[0]
		w.wants(26_85, 223_75, 223_75)
		receipt, err := w.take(ctx, w.project, rooms[1], cashier.MethodCash, 2*223_75+26_85)
		w.must(err)
		if _, err := w.app.Correct.VoidMany(ctx, w.who, w.project, b.ID, "单价没有改", b.Version+7); fault.As(err) == nil || fault.As(err).Code != fault.ErrStale.Code {
			t.Errorf("stale: %v", err)
		}
		b = w.voidMany(b)
		if b.State != correction.BatchMade || b.Counts[correction.RoomVoided] != 2 || b.Counts[correction.RoomKept] != 1 || b.Plus != 26_85 {
			t.Errorf("undone %+v", b)
		}
		for _, r := range b.Rooms {
			if r.Room == rooms[1] && r.Problem != correction.ErrPaid.Text {
				t.Errorf("the paid one says %q", r.Problem)
			}
		}
		w.wants(223_75, 223_75)
		_, err = w.app.Cashier.Void(ctx, w.who, w.project, receipt.ID, "收错了")
		w.must(err)
		if b = w.voidMany(b); b.State != correction.BatchVoided || b.Counts[correction.RoomVoided] != 3 || b.Plus != 0 {
			t.Errorf("undone at last %+v", b)
		}
		_, err = w.app.Correct.VoidMany(ctx, w.who, w.project, b.ID, "单价没有改", b.Version)
		wantErr(t, err, correction.ErrVoided)
		if x := w.spread(); x.Rooms != 4 {
			t.Errorf("after the undo %+v", x)
		}
		list, err := w.app.Correct.Batches(ctx, w.app.DB.Reader(ctx), w.project, page.Request{})
		if w.must(err); len(list.Items) != 1 || list.Items[0].Counts[correction.RoomVoided] != 3 {
			t.Errorf("list %+v", list.Items)
		}
		for name, in := range map[string]correction.BatchAsk{
			"no rooms":   {From: 202601, Until: 202602, Reason: "原因"},
			"twice":      {From: 202601, Until: 202602, Reason: "原因", Rooms: []correction.BatchRoom{{Room: rooms[0]}, {Room: rooms[0]}}},
			"of nobody":  {From: 202601, Until: 202602, Reason: "原因", Rooms: []correction.BatchRoom{{Room: 7}}},
			"no reason":  {From: 202601, Until: 202602, Reason: " ", Rooms: []correction.BatchRoom{{Room: rooms[0]}}},
			"far months": {From: 202601, Until: 202612, Reason: "原因", Rooms: []correction.BatchRoom{{Room: rooms[0]}}},
		} {
			if _, err := w.app.Correct.MakeMany(ctx, w.who, w.project, in); fault.As(err) == nil || fault.As(err).Kind != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Where no room was done there is nothing to undo, and nothing was undone.
func TestCorrectionOfManyRoomsAllRefused(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		w.street(2)
		list := w.spread().Named
		list[0].Plus++
		list[1].Minus++
		b := w.many(list)
		if b.State != correction.BatchMade || b.Counts[correction.RoomRefused] != 2 || b.Plus != 0 {
			t.Fatalf("made %+v", b)
		}
		_, err := w.app.Correct.VoidMany(t.Context(), w.who, w.project, b.ID, "单价没有改", b.Version)
		wantErr(t, err, correction.ErrEmpty)
	})
}

// A batch that is still being made is not undone, and no batch is larger than what
// may be picked.
func TestCorrectionOfManyRoomsAtWork(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		ctx, rooms := t.Context(), w.street(2)
		in := correction.BatchAsk{From: 202601, Until: 202602, Reason: "新单价录入晚了"}
		for _, r := range rooms {
			in.Rooms = append(in.Rooms, correction.BatchRoom{Room: r, Plus: 26_85})
		}
		b, err := w.app.Correct.MakeMany(ctx, w.who, w.project, in)
		w.must(err)
		_, err = w.app.Correct.VoidMany(ctx, w.who, w.project, b.ID, "单价没有改", b.Version)
		wantErr(t, err, correction.ErrBusy)
		if b = w.worked(b.ID); b.Counts[correction.RoomMade] != 2 {
			t.Errorf("made %+v", b)
		}
		_, err = w.app.Correct.VoidMany(ctx, w.who, w.project, b.ID, "单价没有改", b.Version)
		w.must(err)
		_, err = w.app.Correct.VoidMany(ctx, w.who, w.project, b.ID, "单价没有改", b.Version+1)
		wantErr(t, err, correction.ErrBusy)
		if b = w.worked(b.ID); b.State != correction.BatchVoided {
			t.Errorf("undone %+v", b)
		}
		for n, named := range map[int]bool{500: true, 501: false} {
			in.Rooms = nil
			for i := range n {
				in.Rooms = append(in.Rooms, correction.BatchRoom{Room: id.ID(i + 1)})
			}
			_, err = w.app.Correct.MakeMany(ctx, w.who, w.project, in)
			if wantErr(t, err, correction.ErrRooms); (len(fault.As(err).Fields) > 0) != named {
				t.Errorf("of %d rooms: %v", n, err)
			}
		}
	})
}

// When the job fails for good no room of a batch is left waiting: each says that it
// was not done, and the batch can be undone, or its rooms corrected, once more.
func TestCorrectionOfManyRoomsFails(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		w.street(2)
		moved := func(from, to string) {
			t.Helper()
			w.must(w.app.DB.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), "ALTER TABLE "+from+" RENAME TO "+to)
				return err
			}))
		}
		fails := func(b correction.Batch, do func()) correction.Batch {
			t.Helper()
			do()
			moved("correction_line", "correction_away")
			defer moved("correction_away", "correction_line")
			for range 8 {
				w.now.Advance(20 * time.Minute)
				w.must(w.app.Jobs.Drain(t.Context()))
			}
			b, err := w.app.Correct.Batch(t.Context(), w.app.DB.Reader(t.Context()), w.project, b.ID)
			w.must(err)
			return b
		}
		in := correction.BatchAsk{From: 202601, Until: 202602, Reason: "新单价录入晚了"}
		for _, r := range w.spread().Named {
			in.Rooms = append(in.Rooms, correction.BatchRoom{Room: r.Room, Plus: r.Plus, Minus: r.Minus})
		}
		made, err := w.app.Correct.MakeMany(t.Context(), w.who, w.project, in)
		w.must(err)
		b := fails(made, func() {})
		if b.State != correction.BatchMade || b.Counts[correction.RoomRefused] != 2 || !strings.Contains(b.Rooms[0].Problem, "请联系管理员") {
			t.Fatalf("failed %+v", b)
		}
		b = w.many(w.spread().Named)
		b = fails(b, func() {
			_, err := w.app.Correct.VoidMany(t.Context(), w.who, w.project, b.ID, "单价没有改", b.Version)
			w.must(err)
		})
		if b.State != correction.BatchMade || b.Counts[correction.RoomKept] != 2 || !strings.Contains(b.Rooms[0].Problem, "请联系管理员") {
			t.Fatalf("undo failed %+v", b)
		}
		if b = w.voidMany(b); b.State != correction.BatchVoided || b.Counts[correction.RoomVoided] != 2 {
			t.Errorf("undone %+v", b)
		}
	})
}

// A correction asks nothing for the time in which nobody had asked, and what is
// taken off was never late: the late fee of a month that was charged too high
// becomes that of the right amount from the first day.
func TestCorrectionBesideLateFees(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx := t.Context()
		_, err := w.lateTerms(ctx, w.project, w.before[0].Item, 20260101, penalty.Terms{Daily: penalty.Whole / 2000, Grace: penalty.FromDue, Cap: penalty.NoCap})
		w.must(err)
		late := func(on clock.Date) (sum money.Fen) {
			list, err := w.app.LateFee.Fees(ctx, w.app.DB.Reader(ctx), w.project, []id.ID{w.room}, on)
			w.must(err)
			for i := range list {
				if c := &list[i].Charge; c.Month >= 202604 { // the others are paid
					sum += list[i].Left()
				}
			}
			return sum
		}
		before := late(20260620)
		if before == 0 {
			t.Fatal("nothing is late")
		}
		w.measure(92_00)
		plus, err := w.correct(picks(w.differences(202601, 202606)))
		w.must(err)
		if now := late(20260620); now != before {
			t.Errorf("asking for more makes the past later: %s, before %s", now.Yuan(), before.Yuan())
		}
		_, err = w.voids(plus)
		w.must(err)
		w.measure(44_75) // half
		_, err = w.correct(picks(w.differences(202604, 202606)))
		w.must(err)
		if now := late(20260620); now < before/2-3 || now > before/2+3 {
			t.Errorf("the right half is late by %s, the whole was by %s", now.Yuan(), before.Yuan())
		}
	})
}

// Months that are closed stay as they are: a correction of theirs is booked on
// its day, and so is its undo.
func TestCorrectionOfAClosedMonth(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx := t.Context()
		posted := func(until clock.Date) money.Fen { // a count
			return sumOf(t, w.app.DB, fmt.Sprintf("SELECT COUNT(*) FROM ledger_posting WHERE project_id = ? AND date <= %d", until), w.project)
		}
		for m := clock.Month(202601); m <= 202605; m++ {
			w.must(w.app.Analytics.CloseMonth(ctx, w.who, w.project, m))
		}
		before := posted(20260531)
		w.measure(88_00)
		d, err := w.correct(picks(w.differences(202601, 202606)))
		w.must(err)
		if d.Date != 20260620 || d.Minus != 6*3_75 {
			t.Errorf("document %+v", d)
		}
		w.now.Set(clock.Date(20260702).Start())
		w.must(w.app.Analytics.CloseMonth(ctx, w.who, w.project, 202606))
		june := posted(20260630)
		_, err = w.voids(d)
		w.must(err)
		if now := posted(20260531); now != before {
			t.Errorf("%d postings in closed months, before %d", now, before)
		}
		if now := posted(20260630); now != june {
			t.Errorf("the undo wrote into the closed June: %d postings, before %d", now, june)
		}
		w.wants(223_75, 223_75, 223_75)
	})
}

// What was computed too high is no waiver: the list of charges and its sums name
// it by itself.
func TestCorrectionIsNoWaiver(t *testing.T) {
	inHalfYear(t, func(w *halfYear) {
		ctx, q := t.Context(), w.app.DB.Reader(t.Context())
		w.measure(88_00)
		_, err := w.correct(picks(w.differences(202604, 202604)))
		w.must(err)
		sums, err := w.app.Billing.Count(ctx, q, w.project, billing.Filter{Rooms: []id.ID{w.room}})
		w.must(err)
		c, err := w.app.Billing.Charge(ctx, q, w.project, w.before[3].ID)
		w.must(err)
		if c.Waived != 3_75 || c.Credited != 3_75 || sums.Credited != 3_75 || sums.Waived != 3_75 {
			t.Errorf("charge %+v, sums %+v", c, sums)
		}
		given, err := w.app.Billing.Waived(ctx, q, w.project)
		if w.must(err); len(given) != 0 {
			t.Errorf("given up %v", given)
		}
	})
}

// However many rooms and months are compared, what is asked of the database is
// asked once for a part of the rooms.
func TestCorrectionsAreFoundInFewStatements(t *testing.T) {
	inAdjustWorld(t, func(w *adjustWorld) {
		statements := func(from, until clock.Month) (n int) {
			ctx := db.Trace(t.Context(), func(string, []any) { n++ })
			_, err := w.app.Correct.Spread(ctx, w.app.DB.Reader(ctx), w.project, from, until)
			w.must(err)
			return n
		}
		w.street(2)
		few := statements(202602, 202602)
		w.street(30)
		if many := statements(202601, 202602); many != few || few > 20 {
			t.Errorf("%d statements for 2 rooms and a month, %d for 30 rooms and 2", few, many)
		}
	})
}

// The list of the project takes flat memory: five times the rooms, little more.
// It weighs the heap, so no other test runs beside it.
func TestCorrectionsOfALargeProject(t *testing.T) {
	dbtest.Flat(t, 1_500, 6, func(t *testing.T, n int) map[string]uint64 {
		now := clock.NewManual(clock.Date(20260110).Start())
		d := dbtest.Open(t, db.SQLite, app.Migrations(), now)
		a, err := app.Build(t.Context(), d, app.Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		w := &adjustWorld{caseWorld: &caseWorld{app: a, now: now, who: actor.System("test")}, t: t}
		var building id.ID
		w.project, building, err = w.caseWorld.project(t.Context())
		w.must(err)
		rooms := make([]estate.Room, n)
		for i := range rooms {
			rooms[i] = estate.Room{Building: building, Name: fmt.Sprint(10001 + i), Area: money.Area(5000 + i)}
		}
		w.must(d.Write(t.Context(), func(tx *db.Tx) error { return a.Estate.CreateRooms(t.Context(), tx, w.who, w.project, rooms) }))
		item := w.priced(20260101, 2_500_000)
		w.must(w.bill(t.Context(), w.project, 202601))
		w.must(w.bill(t.Context(), w.project, 202602))
		w.must(d.Write(t.Context(), func(tx *db.Tx) error { return w.rate(tx, item, 20260201, 2_800_000) }))
		var found correction.Spread
		start := time.Now()
		grown, err := dbtest.Grown(func() (err error) {
			found, err = a.Correct.Spread(t.Context(), d.Reader(t.Context()), w.project, 202601, 202602)
			return err
		})
		w.must(err)
		if found.Rooms != n || len(found.Named) != 500 || found.Named[0].Plus < found.Named[499].Plus || !strings.Contains(found.Named[0].Causes[0], "2.5 → 2.8") {
			t.Errorf("found %d rooms, named %d", found.Rooms, len(found.Named))
		}
		t.Logf("spread of %d rooms took %v", n, time.Since(start))
		rows, sum := 0, money.Fen(0)
		offers := a.Correct.Exports()
		out, err := dbtest.Grown(func() error {
			return offers[1].Rows(t.Context(), export.Ask{Project: w.project, Who: w.who, Query: url.Values{"from_month": {"2026-01"}, "until_month": {"2026-02"}}}, func(cells []sheet.Value) error {
				rows++
				plus, err := money.ParseYuan(cells[3].String())
				sum += plus
				return err
			})
		})
		w.must(err)
		t.Logf("spread and export of %d rooms took %v", n, time.Since(start))
		if rows != n || sum != found.Plus {
			t.Errorf("%d rows of %s leave, %d of %s differ", rows, sum.Yuan(), n, found.Plus.Yuan())
		}
		return map[string]uint64{"spread": grown, "export": out}
	})
}
