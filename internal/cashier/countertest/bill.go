package countertest

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// Due is one charge to come, in fen; its due date is the last day of its month.
type Due struct {
	Room   id.ID
	Item   string
	Month  clock.Month
	Amount money.Fen
}

// Bill makes charges as people do: items with prices, assignments, one run per
// month, release. Items of one name differ in nothing but the months.
func (w *World) Bill(ctx context.Context, list ...Due) error {
	who := actor.System("test")
	items, months := map[string]id.ID{}, []clock.Month{}
	err := w.DB.Write(ctx, func(tx *db.Tx) error {
		for _, x := range list {
			if !slices.Contains(months, x.Month) {
				months = append(months, x.Month)
			}
			if items[x.Item] == 0 {
				i, err := w.Tariff.CreateItem(ctx, tx, who, w.Project, tariff.Item{Name: x.Item, Basis: tariff.Fixed, Cycle: "month", Advance: true,
					StartMonth: 1, From: 20260101, Rounding: money.HalfUp, Unit: money.OneFen, FirstMonth: tariff.Actual})
				if err != nil {
					return err
				}
				items[x.Item] = i.ID
				_, err = w.Tariff.AddRate(ctx, tx, who, w.Project, tariff.Rate{Item: i.ID, From: 20260101, Price: money.Price(x.Amount) * 10_000,
					SourceKind: "contract", SourceText: "前期物业服务合同"})
				if err != nil {
					return err
				}
			}
			_, err := w.Tariff.Assign(ctx, tx, who, w.Project, tariff.Assignment{Item: items[x.Item], Scope: tariff.ToRoom, Target: x.Room,
				From: x.Month.First(), Until: x.Month.Last()})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("bill: %w", err)
	}
	slices.Sort(months)
	for _, m := range months {
		if err := w.Release(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// Release makes what a month owes owed.
func (w *World) Release(ctx context.Context, m clock.Month) error {
	who := actor.System("test")
	r, err := w.Billing.StartRun(ctx, who, w.Project, m)
	if err == nil {
		err = w.Jobs.Drain(ctx)
	}
	if err == nil {
		r, err = w.Billing.Run(ctx, w.DB.Reader(ctx), w.Project, r.ID)
	}
	if err == nil {
		_, err = w.Billing.Release(ctx, who, w.Project, r.ID, r.Version)
	}
	if err == nil {
		err = w.Jobs.Drain(ctx)
	}
	if err != nil {
		return fmt.Errorf("release %v: %w", m, err)
	}
	return nil
}
