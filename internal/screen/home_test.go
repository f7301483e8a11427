package screen_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/latefee"
)

// TestHomeOfBuildings: the figures of two buildings add up to those of the
// project, and whoever is limited to one of them gets the ones of this one.
func TestHomeOfBuildings(t *testing.T) {
	run(t, func(w *world) {
		g := w.grid()
		today := clock.DateOf(w.d.Clock().Now())
		month := today.Month()
		here, far := g.rooms["3栋1单元101"], g.rooms["30栋101"]
		w.occupant(here, "陈建国", estate.PartOwner, 0)
		w.occupant(far, "吴敏", estate.PartOwner, 0)
		w.assign(100_00, month.Add(-1), month, here, g.rooms["3栋1单元102"], far)
		w.release(month.Add(-1))
		w.release(month)
		w.pay(here, 150_00)
		w.pay(far, 100_00)
		perms := []actor.Permission{estate.PermRead, billing.PermRead, cashier.PermRead}
		home := func(who actor.Actor) *screenHome {
			h, err := w.screen.Home(w.t.Context(), who, w.project)
			w.must(err)
			return &screenHome{h.Rooms, h.Collection, h.Last, h.Ageing.Overdue, h.Ageing.OverdueRooms, h.Ageing.NotDue.Amount, h.Takings.Receipts, h.Mine.Receipts, h.Buildings, h.Curve[len(h.Curve)-1].Rate}
		}
		part := func(account id.ID, buildings ...id.ID) *screenHome {
			return home(actor.Actor{Account: account, Grants: []actor.Grant{{Project: w.project, Permissions: perms, Limited: true, Buildings: buildings}}})
		}
		whole, one, other := home(w.staff(perms...)), part(11, g.building), part(12, g.other)
		for _, c := range []struct {
			what              string
			whole, one, other money.Fen
			want              [3]money.Fen
		}{
			{"rooms", money.Fen(whole.rooms), money.Fen(one.rooms), money.Fen(other.rooms), [3]money.Fen{8, 7, 1}},
			{"due", whole.now.Due, one.now.Due, other.now.Due, [3]money.Fen{300_00, 200_00, 100_00}},
			{"paid", whole.now.Paid, one.now.Paid, other.now.Paid, [3]money.Fen{50_00, 50_00, 0}},
			{"paid of last month", whole.last.Paid, one.last.Paid, other.last.Paid, [3]money.Fen{200_00, 100_00, 100_00}},
			{"rooms that paid last month", money.Fen(whole.last.PaidRooms), money.Fen(one.last.PaidRooms), money.Fen(other.last.PaidRooms), [3]money.Fen{2, 1, 1}},
			{"overdue", whole.overdue, one.overdue, other.overdue, [3]money.Fen{100_00, 100_00, 0}},
			{"rooms overdue", money.Fen(whole.late), money.Fen(one.late), money.Fen(other.late), [3]money.Fen{1, 1, 0}},
			{"not due", whole.open, one.open, other.open, [3]money.Fen{250_00, 150_00, 100_00}},
			{"receipts of all", money.Fen(whole.all), money.Fen(one.all), money.Fen(other.all), [3]money.Fen{2, 0, 0}},
			{"own receipts", money.Fen(whole.mine), money.Fen(one.mine), money.Fen(other.mine), [3]money.Fen{2, 2, 0}},
			{"rate today", money.Fen(whole.rate), money.Fen(one.rate), money.Fen(other.rate), [3]money.Fen{1667, 2500, 0}},
		} {
			if got := [3]money.Fen{c.whole, c.one, c.other}; got != c.want {
				t.Errorf("%s: %v, want %v", c.what, got, c.want)
			}
		}
		if whole.names != nil || !slices.Equal(one.names, []string{"3栋"}) || !slices.Equal(other.names, []string{"30栋"}) {
			t.Errorf("buildings %v %v %v", whole.names, one.names, other.names)
		}
	})
}

// TestFiguresFollow: what is remembered of a month is what all its rooms add up
// to, after everything that changes it.
func TestFiguresFollow(t *testing.T) {
	run(t, func(w *world) {
		g := w.grid()
		month := clock.DateOf(w.d.Clock().Now()).Month()
		all, ctx := []id.ID{}, w.t.Context()
		for _, r := range g.rooms {
			all = append(all, r)
		}
		follow := func(after string) {
			w.t.Helper()
			q := w.d.Reader(ctx)
			got, err := w.billing.Collections(ctx, q, w.project, nil, month, month.Add(1))
			w.must(err)
			want, err := w.billing.Collections(ctx, q, w.project, all, month, month.Add(1))
			w.must(err)
			if !slices.Equal(got, want) {
				w.t.Errorf("after %s: %+v, the rooms add up to %+v", after, got, want)
			}
			today := clock.DateOf(w.d.Clock().Now())
			st, err := w.billing.Standing(ctx, q, w.project, today)
			w.must(err)
			months, err := w.billing.Collections(ctx, q, w.project, all, month, month.Add(-1))
			w.must(err)
			ageing, err := w.billing.Ageing(ctx, q, w.project, all, today)
			w.must(err)
			if st.This != months[0] || st.Last != months[1] || !reflect.DeepEqual(st.Ageing, ageing) {
				w.t.Errorf("after %s: stands at %+v, the rooms at %+v and %+v", after, st, months, ageing)
			}
			if paid := sumDays(st.ThisDays); paid != st.This.Paid {
				w.t.Errorf("after %s: the days bring %d, the month %d", after, paid, st.This.Paid)
			}
		}
		here, next := g.rooms["3栋1单元101"], g.rooms["3栋1单元102"]
		w.assign(100_00, month, month.Add(1), here, next)
		follow("nothing")
		draft := w.draft(month)
		follow("a draft")
		lines, err := w.billing.Lines(ctx, w.d.Reader(ctx), w.project, draft.ID, billing.LineFilter{Request: page.Request{Limit: 9}})
		w.must(err)
		_, err = w.billing.HoldLine(ctx, system(), w.project, draft.ID, lines.Items[0].ID, "等业主回来")
		w.must(err)
		draft, err = w.billing.Run(ctx, w.d.Reader(ctx), w.project, draft.ID)
		w.must(err)
		_, err = w.billing.Release(ctx, system(), w.project, draft.ID, draft.Version)
		w.must(err)
		w.must(w.jobs.Drain(ctx))
		follow("the release without one line")
		_, err = w.billing.ReleaseLine(ctx, system(), w.project, draft.ID, lines.Items[0].ID, "业主回来了")
		w.must(err)
		follow("the release of the line")
		w.pay(here, 60_00)
		follow("a payment")
		w.release(month.Add(1))
		follow("another month")
		w.write(func(ctx context.Context, tx *db.Tx) error {
			x, err := w.late.AskWaiver(ctx, tx, w.staff(latefee.PermWaiverAsk), w.project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: lines.Items[1].ID, Amount: 10_00, Reason: "漏水补偿"})
			if err != nil {
				return err
			}
			_, err = w.late.DecideWaiver(ctx, tx, actor.System("主管"), w.project, x.ID, true, "情况属实", x.Version)
			return err
		})
		follow("a waiver")
		runs, err := w.billing.Runs(ctx, w.d.Reader(ctx), w.project, month.Add(1), page.Request{Limit: 1})
		w.must(err)
		_, err = w.billing.Withdraw(ctx, system(), w.project, runs.Items[0].ID, runs.Items[0].Version, "价格不对")
		w.must(err)
		w.must(w.jobs.Drain(ctx))
		follow("a withdrawal")
	})
}

func sumDays(days []billing.DayPaid) (sum money.Fen) {
	for _, d := range days {
		sum += d.Amount
	}
	return sum
}

type screenHome struct {
	rooms     int
	now, last billing.Collection
	overdue   money.Fen
	late      int
	open      money.Fen
	all, mine int
	names     []string
	rate      int
}
