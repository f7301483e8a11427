package app_test

import (
	"strings"
	"testing"
	"time"

	"linli/internal/billing"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/outside/wechat/sim"
)

// bad-inputs F6: what was paid in the last second of a year and told in the
// next one is of the old year, also for the reports; when its month has been
// closed meanwhile it stands in the open one.
func TestOnlinePaymentIsOfTheDayItWasPaid(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		last := time.Date(2026, 12, 31, 23, 59, 59, 0, clock.Shanghai())
		w.now.Set(last.Add(-time.Minute))
		first, second := w.ask(t, w.rooms[0], 0), w.ask(t, w.rooms[1], 0)
		w.now.Set(last)
		w.sim.Misbehave(sim.Faults{Drop: true, Hide: true})
		w.pay(t, first)
		w.pay(t, second)
		header, body, address := w.overheard(t, first)
		w.now.Set(last.Add(4 * time.Second))
		if status := post(t, address, header, body); status != 204 {
			t.Fatalf("answered %d", status)
		}
		w.drain(t)
		w.wantDated(t, first.Room, 20261231, "SJ2026-")
		if got := w.paidUntil(t, 20261231); got != onlineOwed {
			t.Errorf("paid in the old year: %s", got.Yuan())
		}

		w.later(t, 15*time.Minute)
		for _, m := range []clock.Month{202611, 202612} {
			if err := w.app.Analytics.CloseMonth(t.Context(), w.who, w.project, m); err != nil {
				t.Fatal(err)
			}
		}
		w.sim.Misbehave(sim.Faults{})
		w.later(t, time.Hour)
		w.wantDated(t, second.Room, 20270101, "SJ2027-")
		if got := w.paidUntil(t, 20261231); got != onlineOwed {
			t.Errorf("paid in the closed year: %s", got.Yuan())
		}
		if got := w.paidUntil(t, 20270101); got != 2*onlineOwed {
			t.Errorf("paid by today: %s", got.Yuan())
		}
	})
}

// What is told days later is seen at once by whoever has looked in between.
func TestOnlinePaymentToldDaysLaterIsSeen(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		w.sim.Misbehave(sim.Faults{Drop: true, Hide: true})
		o, day := w.ask(t, w.rooms[0], 0), clock.DateOf(w.now.Now())
		w.pay(t, o)
		w.later(t, 72*time.Hour)
		if this := w.standing(t).This; this.Paid != 0 {
			t.Fatalf("paid before anybody was told: %+v", this)
		}
		w.sim.Misbehave(sim.Faults{})
		w.later(t, time.Hour)
		w.wantDated(t, o.Room, day, "SJ2026-")
		if this := w.standing(t).This; this.Paid != onlineOwed {
			t.Errorf("paid days ago, told now: %+v", this)
		}
	})
}

func (w *onlineWorld) standing(t *testing.T) *billing.Standing {
	t.Helper()
	st, err := w.app.Billing.Standing(t.Context(), w.app.DB.Reader(t.Context()), w.project, clock.DateOf(w.now.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func (w *onlineWorld) wantDated(t *testing.T, room id.ID, day clock.Date, series string) {
	t.Helper()
	list := w.receipts(t, room)
	if len(list) != 1 || list[0].Date != day || !strings.HasPrefix(list[0].Number, series) {
		t.Fatalf("receipts %+v; want one of %s in %s", list, day, series)
	}
}

// paidUntil is what the reports say was paid by the end of a day.
func (w *onlineWorld) paidUntil(t *testing.T, day clock.Date) money.Fen {
	t.Helper()
	list, err := w.app.Billing.DueSums(t.Context(), w.app.DB.Reader(t.Context()), w.project, day)
	if err != nil {
		t.Fatal(err)
	}
	var sum money.Fen
	for _, s := range list {
		sum += s.Paid
	}
	return sum
}
