package cashier_test

import (
	"context"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// due is one charge to come; its due date is the last day of its month.
type due struct {
	room   id.ID
	item   string
	month  clock.Month
	amount money.Fen
}

// bill makes charges as people do: items with prices, assignments, one run per
// month, release. Items of one name differ in nothing but the months.
func (w *world) bill(t fataler, list ...due) {
	t.Helper()
	ctx, who := context.Background(), actor.System("test")
	items, months := map[string]id.ID{}, []clock.Month{}
	err := w.d.Write(ctx, func(tx *db.Tx) error {
		for _, x := range list {
			if !slices.Contains(months, x.month) {
				months = append(months, x.month)
			}
			if items[x.item] == 0 {
				i, err := w.tariff.CreateItem(ctx, tx, who, w.project, tariff.Item{Name: x.item, Basis: tariff.Fixed, Cycle: "month", Advance: true,
					StartMonth: 1, From: 20260101, Rounding: money.HalfUp, Unit: money.OneFen, FirstMonth: tariff.Actual})
				if err != nil {
					return err
				}
				items[x.item] = i.ID
				_, err = w.tariff.AddRate(ctx, tx, who, w.project, tariff.Rate{Item: i.ID, From: 20260101, Price: money.Price(x.amount) * 10_000,
					SourceKind: "contract", SourceText: "前期物业服务合同"})
				if err != nil {
					return err
				}
			}
			_, err := w.tariff.Assign(ctx, tx, who, w.project, tariff.Assignment{Item: items[x.item], Scope: tariff.ToRoom, Target: x.room,
				From: x.month.First(), Until: x.month.Last()})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("bill: %v", err)
	}
	slices.Sort(months)
	for _, m := range months {
		w.release(t, m)
	}
}

func (w *world) release(t fataler, m clock.Month) {
	t.Helper()
	ctx, who := context.Background(), actor.System("test")
	r, err := w.billing.StartRun(ctx, who, w.project, m)
	if err == nil {
		err = w.jobs.Drain(ctx)
	}
	if err == nil {
		r, err = w.billing.Run(ctx, w.d.Reader(ctx), w.project, r.ID)
	}
	if err == nil {
		_, err = w.billing.Release(ctx, who, w.project, r.ID, r.Version)
	}
	if err == nil {
		err = w.jobs.Drain(ctx)
	}
	if err != nil {
		t.Fatalf("release %v: %v", m, err)
	}
}
