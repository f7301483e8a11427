package screen_test

import (
	"context"
	"errors"
	"testing"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/screen"
)

// sound fails the test when books, charges and receipts contradict each other.
func (w *world) sound() {
	w.t.Helper()
	for _, find := range []func(context.Context, id.ID) ([]string, error){w.billing.Broken, w.billing.BrokenAmounts, w.cashier.Broken} {
		list, err := find(w.t.Context(), w.project)
		w.must(err)
		for _, x := range list {
			w.t.Error(x)
		}
	}
}

// owes sums the open charges of a room by payer, as names.
func (w *world) owes(room id.ID) map[string]money.Fen {
	w.t.Helper()
	q := w.d.Reader(w.t.Context())
	list, err := w.billing.Open(w.t.Context(), q, w.project, []id.ID{room})
	w.must(err)
	out := map[string]money.Fen{}
	for _, c := range list {
		name := ""
		if c.Payer != 0 {
			p, err := w.estate.Person(w.t.Context(), q, w.project, c.Payer)
			w.must(err)
			name = p.Name
		}
		out[name] += c.Owed()
		_, err = w.billing.Explain(w.t.Context(), q, w.project, c.ID)
		w.must(err)
	}
	return out
}

func same(t *testing.T, what string, got map[string]money.Fen, want map[string]money.Fen) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
		return
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: got %v, want %v", what, got, want)
			return
		}
	}
}

func (w *world) handOver(room id.ID, name string, date clock.Date) estate.Transfer {
	w.t.Helper()
	t, err := w.screen.HandOver(w.t.Context(), w.staff(estate.PermWrite), w.project, screen.HandOver{Room: room, Date: date,
		NewOwner: &estate.PersonInput{Name: name, Kind: estate.KindPerson}})
	w.must(err)
	return t
}

func TestHandOver(t *testing.T) {
	run(t, func(w *world) {
		ctx := t.Context()
		today := clock.DateOf(w.d.Clock().Now())
		month := today.Month()
		b, _ := w.building("1栋")
		rooms := w.rooms(estate.Room{Building: b, Name: "101", Area: 8930}, estate.Room{Building: b, Name: "102", Area: 8930})
		for i, room := range rooms {
			w.occupant(room, []string{"陈建国", "林晓峰"}[i], estate.PartOwner, 10000)
		}
		last := month.Add(-1)
		w.assign(23115, last.Add(-1), month.Add(1), rooms...)
		w.release(last.Add(-1))
		w.release(last)
		date := last.First().AddDays(10)
		before, after := int64(10), int64(last.Days()-10)
		parts := money.Split(23115, []int64{before, after})

		p, err := w.screen.PreviewHandOver(ctx, w.project, rooms[0], 0, date)
		w.must(err)
		if p.Owed != 23115 || p.OldShare != parts[0] || p.NewShare != parts[1] || len(p.Splits) != 1 {
			t.Fatalf("preview %+v", p)
		}
		done := w.handOver(rooms[0], "周岚", date)
		same(t, "after", w.owes(rooms[0]), map[string]money.Fen{"陈建国": 23115 + parts[0], "周岚": parts[1]})
		same(t, "other room", w.owes(rooms[1]), map[string]money.Fen{"林晓峰": 2 * 23115})
		w.sound()

		// The counter asks the new owner for his own only, and can take the rest.
		seat, err := w.cashier.Seat(ctx, w.project, rooms[0])
		w.must(err)
		if seat.PayerName != "周岚" || seat.Owed != parts[1] || len(seat.Former) != 1 || seat.Former[0].Name != "陈建国" {
			t.Fatalf("seat %+v", seat)
		}
		h, err := w.screen.Household(ctx, w.staff(estate.PermRead), w.project, rooms[0])
		w.must(err)
		if h.Owed != parts[1] || len(h.Former) != 1 || h.Former[0].Owed != 23115+parts[0] || len(h.Transfers) != 1 {
			t.Fatalf("household %+v", h.Former)
		}

		// Running the months again doubles nothing; the next month is the new owner's.
		if r := w.draft(last); r.State != billing.Empty {
			t.Fatalf("run again: %+v", r)
		}
		w.release(month)
		same(t, "next month", w.owes(rooms[0]), map[string]money.Fen{"陈建国": 23115 + parts[0], "周岚": parts[1] + 23115})

		// Undone, everything is as it was.
		_, err = w.screen.UndoHandOver(ctx, w.staff(estate.PermWrite), w.project, done.ID, "登记错了房号")
		w.must(err)
		same(t, "undone", w.owes(rooms[0]), map[string]money.Fen{"陈建国": 3 * 23115})
		w.sound()

		// Twice in one month: three payers, the parts sum to the whole.
		w.handOver(rooms[0], "周岚", date)
		second := w.handOver(rooms[0], "何静", date.AddDays(9))
		three := money.Split(23115, []int64{10, 9, int64(last.Days() - 19)})
		same(t, "twice", w.owes(rooms[0]), map[string]money.Fen{"陈建国": 23115 + three[0], "周岚": three[1], "何静": three[2] + 23115})
		w.sound()

		// What is paid is not taken back.
		w.pay(rooms[0], three[2])
		_, err = w.screen.UndoHandOver(ctx, w.staff(estate.PermWrite), w.project, second.ID, "登记错了房号")
		if !errors.Is(err, billing.ErrPayerPaid) {
			t.Fatalf("undo after payment: %v", err)
		}
		w.sound()
	})
}

func TestHandOverBeforeTheRun(t *testing.T) {
	run(t, func(w *world) {
		today := clock.DateOf(w.d.Clock().Now())
		last := today.Month().Add(-1)
		b, _ := w.building("1栋")
		room := w.rooms(estate.Room{Building: b, Name: "101", Area: 8930})[0]
		w.occupant(room, "陈建国", estate.PartOwner, 0)
		w.assign(23115, last, last.Add(1), room)
		w.handOver(room, "周岚", last.First().AddDays(10))
		w.release(last)
		parts := money.Split(23115, []int64{10, int64(last.Days() - 10)})
		same(t, "split in the run", w.owes(room), map[string]money.Fen{"陈建国": parts[0], "周岚": parts[1]})
		w.sound()
		w.release(last.Add(1))
		same(t, "next run", w.owes(room), map[string]money.Fen{"陈建国": parts[0], "周岚": parts[1] + 23115})
		w.sound()
	})
}

func TestHandOverRefused(t *testing.T) {
	run(t, func(w *world) {
		ctx, who := t.Context(), w.staff(estate.PermWrite)
		today := clock.DateOf(w.d.Clock().Now())
		b, _ := w.building("1栋")
		room := w.rooms(estate.Room{Building: b, Name: "101", Area: 8930})[0]
		w.occupant(room, "陈建国", estate.PartOwner, 0)
		list, err := w.estate.Occupants(ctx, w.d.Reader(ctx), w.project, room, 0, true)
		w.must(err)
		owner := list[0].Person.ID
		fresh := &estate.PersonInput{Name: "周岚", Kind: estate.KindPerson}
		for name, c := range map[string]struct {
			in   screen.HandOver
			want error
		}{
			"himself":  {screen.HandOver{Room: room, To: owner, Date: today}, estate.ErrTransferSame},
			"no day":   {screen.HandOver{Room: room, NewOwner: fresh}, estate.ErrTransferDate},
			"far away": {screen.HandOver{Room: room, NewOwner: fresh, Date: today.AddDays(800)}, estate.ErrTransferDate},
			"no room":  {screen.HandOver{Room: 77, NewOwner: fresh, Date: today}, estate.ErrNoRoom},
		} {
			if _, err := w.screen.HandOver(ctx, who, w.project, c.in); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		// A later day waits; it can be cancelled, and only one waits.
		planned := w.handOver(room, "周岚", today.AddDays(5))
		if planned.State != estate.TransferPlanned {
			t.Fatalf("planned %+v", planned)
		}
		if _, err := w.screen.HandOver(ctx, who, w.project, screen.HandOver{Room: room, NewOwner: fresh, Date: today.AddDays(9)}); !errors.Is(err, estate.ErrTransferOpen) {
			t.Errorf("second plan: %v", err)
		}
		w.must(w.screen.EffectDue(ctx))
		cancelled, err := w.screen.UndoHandOver(ctx, who, w.project, planned.ID, "买家反悔")
		if err != nil || cancelled.State != estate.TransferCancelled {
			t.Fatalf("cancel %+v: %v", cancelled, err)
		}
	})
}

// TestHandOverOnItsDay lets the day come.
func TestHandOverOnItsDay(t *testing.T) {
	runAt(t, func(w *world, now *clock.Manual) {
		ctx := t.Context()
		day := clock.DateOf(now.Now()).AddDays(3)
		b, _ := w.building("1栋")
		room := w.rooms(estate.Room{Building: b, Name: "101", Area: 8930})[0]
		w.occupant(room, "陈建国", estate.PartOwner, 0)
		w.handOver(room, "周岚", day)
		owner := func() string {
			h, err := w.estate.Household(ctx, w.d.Reader(ctx), w.project, room)
			w.must(err)
			return h.Payer.Name
		}
		w.must(w.screen.EffectDue(ctx))
		if owner() != "陈建国" {
			t.Fatal("the room changed hands before its day")
		}
		now.Set(day.Start())
		w.must(w.screen.EffectDue(ctx))
		if owner() != "周岚" {
			t.Fatal("the room did not change hands on its day")
		}
		w.sound()
	})
}

// TestFormerOwnerPays settles what somebody left behind, chosen at the counter.
func TestFormerOwnerPays(t *testing.T) {
	run(t, func(w *world) {
		last := clock.DateOf(w.d.Clock().Now()).Month().Add(-1)
		b, _ := w.building("1栋")
		room := w.rooms(estate.Room{Building: b, Name: "101", Area: 8930})[0]
		w.occupant(room, "陈建国", estate.PartOwner, 0)
		w.assign(23115, last, last, room)
		w.release(last)
		w.handOver(room, "周岚", last.Add(1).First())
		seat, err := w.cashier.Seat(t.Context(), w.project, room)
		w.must(err)
		if seat.Owed != 0 || len(seat.Former) != 1 {
			t.Fatalf("seat %+v", seat)
		}
		r, err := w.cashier.Receive(t.Context(), w.staff(cashier.PermRead, cashier.PermReceive), w.project, cashier.Taking{Room: room,
			Charges: []id.ID{seat.Former[0].Open[0].Charge}, Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: 23115}}})
		w.must(err)
		if r.ToPrepay != 0 || r.OwedBefore != 23115 || r.OwedAfter != 0 {
			t.Fatalf("receipt %+v", r)
		}
		same(t, "paid", w.owes(room), map[string]money.Fen{})
		w.sound()
	})
}

// Whoever is limited to buildings hands over their rooms, to somebody new, to
// somebody of them or to somebody who lives nowhere yet.
func TestHandOverWithinBuildings(t *testing.T) {
	run(t, func(w *world) {
		ctx, date := t.Context(), clock.DateOf(w.d.Clock().Now()).AddDays(3)
		b, _ := w.building("1栋")
		far, _ := w.building("2栋")
		rooms := w.rooms(estate.Room{Building: b, Name: "101"}, estate.Room{Building: b, Name: "102"}, estate.Room{Building: far, Name: "201"})
		people := make([]id.ID, len(rooms))
		for i, room := range rooms {
			w.occupant(room, []string{"陈建国", "林晓峰", "吴敏"}[i], estate.PartOwner, 10000)
			h, err := w.estate.Household(ctx, w.d.Reader(ctx), w.project, room)
			w.must(err)
			people[i] = h.Payer.ID
		}
		within := actor.Buildings{b}
		for _, c := range []struct {
			room, to id.ID
			want     error
		}{{rooms[2], people[0], estate.ErrNoRoom}, {rooms[0], people[2], fault.ErrNotFound}, {rooms[0], 42, fault.ErrNotFound}, {rooms[0], people[1], nil}} {
			made, err := w.screen.HandOver(ctx, w.staff(estate.PermWrite), w.project, screen.HandOver{Room: c.room, To: c.to, Date: date, Within: within})
			if !errors.Is(err, c.want) {
				t.Errorf("room %d to %d: %v, want %v", c.room, c.to, err, c.want)
			}
			if err == nil && made.State != estate.TransferPlanned {
				t.Errorf("planned %+v", made)
			}
		}
		_, err := w.screen.HandOver(ctx, w.staff(estate.PermWrite), w.project, screen.HandOver{Room: rooms[1], Date: date, Within: within,
			NewOwner: &estate.PersonInput{Name: "周岚", Kind: estate.KindPerson}})
		w.must(err)
	})
}
