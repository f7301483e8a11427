package trial_test

import (
	"context"
	"testing"

	"linli/internal/billing"
	"linli/internal/billing/billingtest"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
	"linli/internal/trial"

	"pgregory.net/rapid"
)

// TestSimulatedIsWhatIsCharged holds the promise of the simulator: whatever
// the item, its cycle, rounding, discounts and exemptions, each room is charged
// to the fen what was shown before the price was decided.
func TestSimulatedIsWhatIsCharged(t *testing.T) {
	dbtest.Run(t, billingtest.Migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		rapid.Check(t, func(rt *rapid.T) {
			w := newWorld(rt, d, now)
			now.Set(clock.Date(20260101).Start())
			var list []estate.Room
			for range rapid.IntRange(1, 8).Draw(rt, "rooms") {
				list = append(list, estate.Room{Area: money.Area(rapid.IntRange(1000, 30000).Draw(rt, "area"))})
			}
			made := w.Rooms(list...)
			i := w.Item(tariff.Item{Name: "物业服务费", Cycle: rapid.SampledFrom([]tariff.Cycle{"month", "quarter", "half", "year"}).Draw(rt, "cycle"), Advance: true,
				AtPeriod: rapid.Bool().Draw(rt, "at period"), PerPeriod: rapid.Bool().Draw(rt, "per period"),
				Unit: rapid.SampledFrom([]money.Fen{1, 10, 100}).Draw(rt, "unit")}, "2.35", "")
			if rapid.Bool().Draw(rt, "spared") {
				w.Assign(tariff.Assignment{Item: i.ID, Scope: tariff.ToRoom, Target: made[0], Exempt: true})
			}
			if rapid.Bool().Draw(rt, "discount") {
				kind := rapid.SampledFrom([]tariff.Discount{{Kind: tariff.Percent, Keep: 7350}, {Kind: tariff.Off, Off: 1999}, {Kind: tariff.Ahead, Keep: 9800, Months: 3},
					{Kind: tariff.Percent, Keep: 0}}).Draw(rt, "kind")
				kind.Item, kind.Scope, kind.Target, kind.Since = i.ID, tariff.ToRoom, made[len(made)-1], 20260101
				w.Discount(kind)
			}
			price := money.Price(rapid.IntRange(1, 9_999_999).Draw(rt, "price"))
			from := rapid.SampledFrom([]clock.Date{20260101, 20260201, 20260216}).Draw(rt, "from")
			shown := map[id.ID]money.Fen{}
			sim, err := w.trial.Simulate(context.Background(), d.Reader(context.Background()), w.Project, tariff.Rate{Item: i.ID, From: from, Price: price},
				func(e trial.Effect) error {
					shown[e.Room] = e.After
					return nil
				})
			if err != nil {
				rt.Fatal(err)
			}
			var buildings money.Fen
			for _, b := range sim.Buildings {
				buildings += b.After
			}
			if buildings != sim.After {
				rt.Fatalf("buildings sum to %d, not %d", buildings, sim.After)
			}
			w.Rate(i.ID, from, price.String(), "")
			now.Set(sim.First.First().Start())
			run, err := w.Billing.StartRun(context.Background(), w.Who, w.Project, sim.First)
			if err != nil {
				rt.Fatal(err)
			}
			w.Drain()
			got := w.amounts(run)
			for _, r := range made {
				if got[r] != shown[r] {
					rt.Fatalf("room %s is charged %d, %d was shown", r, got[r], shown[r])
				}
			}
			if err := w.Billing.Recompute(context.Background(), w.Project, func(c billing.Charge, sum money.Fen) {
				rt.Errorf("charge %s: stored %d, recomputed %d", c.ID, c.Amount, sum)
			}); err != nil {
				rt.Fatal(err)
			}
		})
	})
}
