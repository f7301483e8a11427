package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/tariff"
)

// shared splits a cost among rooms by a document, releases it, and tries to do
// so again.
func (w *caseWorld) shared(ctx context.Context, in caseInput, c *acceptanceCase) error {
	if !c.knows("parts_fen", "room_fen", "loss_fen", "sum_fen", "total_fen") {
		return errNotYet
	}
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	w.now.Set(start.Last().Start())
	cost := billing.SharedCost{Month: start, Weigh: billing.WeighArea, Total: money.Fen(in.number("total_fen")), Source: "案例"}
	rooms, err := w.sharers(ctx, in, project, building, &cost)
	if err != nil {
		return err
	}
	doc, err := w.share(ctx, project, cost)
	if err != nil {
		return err
	}
	if _, err := w.share(ctx, project, cost); !errors.Is(err, billing.ErrSharedTwice) {
		return fmt.Errorf("sharing again: %w", err)
	}
	parts := []int64{}
	var sum money.Fen
	for _, r := range rooms {
		_, owed, err := w.owed(ctx, project, r)
		if err != nil {
			return err
		}
		parts = append(parts, int64(owed))
		sum += owed
	}
	if sum != doc.Total {
		return fmt.Errorf("rooms owe %d of %d", sum, doc.Total)
	}
	if raw, ok := c.Expect["parts_fen"]; ok {
		var want []int64
		if err := json.Unmarshal(raw, &want); err != nil || !slices.Equal(want, parts) {
			return fmt.Errorf("parts %v, expected %s", parts, raw)
		}
	}
	return first(c.expect("room_fen", money.Fen(parts[0])), c.expect("loss_fen", doc.Total), c.expect("sum_fen", sum), c.expect("total_fen", sum))
}

// sharers makes the rooms that bear the cost, with what they are weighed by.
func (w *caseWorld) sharers(ctx context.Context, in caseInput, project, building id.ID, cost *billing.SharedCost) ([]id.ID, error) {
	if in.has("main") {
		return w.losers(ctx, in, project, building, cost)
	}
	var weights []string
	if in.has("room_area", "all_area") {
		mine, err := money.ParseArea(in.text("room_area"))
		if err != nil {
			return nil, err
		}
		all, err := money.ParseArea(in.text("all_area"))
		if err != nil {
			return nil, err
		}
		weights = []string{mine.String(), (all - mine).String()}
	} else if err := in.into("weights", &weights); err != nil {
		return nil, err
	}
	floors := slices.Contains(weights, "0")
	if !floors && !slices.ContainsFunc(weights, func(x string) bool { return x != "1" }) {
		cost.Weigh = billing.WeighHouse
	}
	list := make([]estate.Room, len(weights))
	for i, text := range weights {
		q, err := money.ParseQty(text)
		if err != nil {
			return nil, err
		}
		list[i] = estate.Room{Building: building, Name: fmt.Sprintf("%d01", i+1), Area: 10_000, Floor: i + 1}
		if floors {
			cost.Weigh, list[i].Floor = billing.WeighFloor, int(q/10_000)+1
		} else if list[i].Area, err = q.Area(money.HalfUp); err != nil {
			return nil, err
		}
	}
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error { return w.app.Estate.CreateRooms(ctx, tx, w.who, project, list) })
	out := make([]id.ID, len(list))
	for i := range list {
		out[i] = list[i].ID
	}
	return out, err
}

// losers are two rooms behind a main meter that counts more than they do.
func (w *caseWorld) losers(ctx context.Context, in caseInput, project, building id.ID, cost *billing.SharedCost) ([]id.ID, error) {
	main, err := in.qty("main")
	if err != nil {
		return nil, err
	}
	subs, err := in.qty("subs")
	if err != nil {
		return nil, err
	}
	mine, err := in.qty("room_usage")
	if err != nil {
		return nil, err
	}
	list := []estate.Room{{Building: building, Name: "101"}, {Building: building, Name: "201"}}
	usages := []money.Qty{mine, subs - mine, main}
	err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
		if err := w.app.Estate.CreateRooms(ctx, tx, w.who, project, list); err != nil {
			return err
		}
		for i, used := range usages {
			m := meter.Meter{Kind: supply.Electricity, Number: fmt.Sprint(i), Digits: 8, Installed: start.First()}
			if i < len(list) {
				m.Room = list[i].ID
			} else {
				m.Place = "配电房总表"
			}
			m, err := w.app.Meter.Install(ctx, tx, w.who, project, m)
			if err != nil {
				return err
			}
			if _, err := w.app.Meter.Record(ctx, tx, w.who, project, meter.Reading{Meter: m.ID, Date: start.Last(), Value: used}, false); err != nil {
				return err
			}
			cost.Main = m.ID
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	cost.Weigh, cost.Kind = billing.WeighUsage, supply.Electricity
	cost.Price, err = money.ParsePrice(in.text("price"))
	return []id.ID{list[0].ID, list[1].ID}, err
}

// share makes the document and releases it.
func (w *caseWorld) share(ctx context.Context, project id.ID, cost billing.SharedCost) (billing.SharedCost, error) {
	var doc billing.SharedCost
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		items, err := w.app.Tariff.Items(ctx, tx, project)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			item, err := w.app.Tariff.CreateItem(ctx, tx, w.who, project, tariff.Item{Name: "公摊", Basis: tariff.Shared, Cycle: "month", StartMonth: 1,
				From: start.First(), Unit: money.OneFen, FirstMonth: tariff.Actual})
			if err != nil {
				return err
			}
			items = append(items, item)
		}
		cost.Item = items[0].ID
		if doc, err = w.app.Billing.CreateShared(ctx, tx, w.who, project, cost); err != nil {
			return err
		}
		parts, err := w.app.Billing.SharedParts(ctx, tx, project, doc.ID, page.Request{Limit: 200})
		if err != nil {
			return err
		}
		var sum money.Fen
		for _, p := range parts.Items {
			sum += p.Amount
		}
		if sum != doc.Total {
			return fmt.Errorf("parts sum to %d of %d", sum, doc.Total)
		}
		doc, err = w.app.Billing.ReleaseShared(ctx, tx, w.who, project, doc.ID, doc.Version)
		return err
	})
	return doc, err
}
