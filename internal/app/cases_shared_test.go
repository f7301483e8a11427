package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/sharedcost"
	"linli/internal/tariff"
)

// shared splits a cost among rooms by a document, releases it, and tries to do
// so again.
func (w *caseWorld) shared(ctx context.Context, in caseInput, c *acceptanceCase) error {
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	w.now.Set(start.Last().Start())
	cost := sharedcost.Cost{Month: start, Weigh: billing.WeighArea, Total: in.fen("total_fen"), Source: "案例"}
	rooms, err := w.sharers(ctx, in, project, building, &cost)
	if err != nil {
		return err
	}
	if want, ok := c.want("error"); ok {
		_, err := w.share(ctx, project, cost)
		return wrongError(want, err)
	}
	doc, err := w.share(ctx, project, cost)
	if err != nil {
		return err
	}
	if _, err := w.share(ctx, project, cost); !errors.Is(err, sharedcost.ErrTwice) {
		return fmt.Errorf("sharing again: %w", err)
	}
	parts := []money.Fen{}
	var sum money.Fen
	for _, r := range rooms {
		_, owed, err := w.owed(ctx, project, r)
		if err != nil {
			return err
		}
		parts = append(parts, owed)
		sum += owed
	}
	if sum != doc.Total {
		return fmt.Errorf("rooms owe %d of %d", sum, doc.Total)
	}
	return first(c.expectAll("parts_fen", parts), c.expect("room_fen", parts[0]), c.expect("loss_fen", doc.Total), c.expect("sum_fen", sum), c.expect("total_fen", sum))
}

// sharers makes the rooms that bear the cost, with what they are weighed by.
func (w *caseWorld) sharers(ctx context.Context, in caseInput, project, building id.ID, cost *sharedcost.Cost) ([]id.ID, error) {
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
	by, err := in.weighedBy(weights)
	if err != nil {
		return nil, err
	}
	cost.Weigh = by
	list, given := make([]estate.Room, len(weights)), make([]money.Qty, len(weights))
	for i, text := range weights {
		q, err := money.ParseQty(text)
		if err != nil {
			return nil, err
		}
		given[i] = q
		list[i] = estate.Room{Building: building, Name: fmt.Sprintf("%d01", i+1), Area: 10_000, Floor: i + 1}
		switch by {
		case billing.WeighFloor:
			list[i].Floor = int(q/10_000) + 1
		case billing.WeighArea:
			if list[i].Area, err = q.Area(money.HalfUp); err != nil {
				return nil, err
			}
		}
	}
	err = w.app.DB.Write(ctx, func(tx *db.Tx) error { return w.app.Estate.CreateRooms(ctx, tx, w.who, project, list) })
	out := make([]id.ID, len(list))
	cost.Given = nil
	for i := range list {
		out[i] = list[i].ID
		cost.Given = append(cost.Given, sharedcost.Weight{Room: out[i], Weight: given[i]})
	}
	if by != billing.WeighGiven {
		cost.Given = nil
	}
	return out, err
}

// weighedBy is what the weights of a case are: said, or guessed from them. A
// room without area is none of ours, so that weights of zero are floors or typed.
func (in caseInput) weighedBy(weights []string) (billing.Weigh, error) {
	if in.has("by") {
		by := billing.Weigh(in.text("by"))
		if by.Label() == "" || by == billing.WeighUsage {
			return "", in.odd("by")
		}
		return by, nil
	}
	whole := !slices.ContainsFunc(weights, func(x string) bool { return strings.Contains(x, ".") })
	switch {
	case slices.Contains(weights, "0") && whole:
		return billing.WeighFloor, nil
	case slices.ContainsFunc(weights, func(x string) bool { q, err := money.ParseQty(x); return err == nil && (q == 0 || q%100 != 0) }):
		return billing.WeighGiven, nil
	case !slices.ContainsFunc(weights, func(x string) bool { return x != "1" }):
		return billing.WeighHouse, nil
	}
	return billing.WeighArea, nil
}

// losers are rooms behind a main meter that counts more than theirs do: one and
// the others together, or one for each usage; they bear the loss by usage, or by
// the areas of the case.
func (w *caseWorld) losers(ctx context.Context, in caseInput, project, building id.ID, cost *sharedcost.Cost) ([]id.ID, error) {
	usages, areas, err := in.behind()
	if err != nil {
		return nil, err
	}
	cost.Weigh, cost.Kind = billing.WeighUsage, supply.Electricity
	if areas != nil {
		cost.Weigh = billing.WeighArea
	}
	list := make([]estate.Room, len(usages)-1)
	for i := range list {
		list[i] = estate.Room{Building: building, Name: fmt.Sprintf("%d01", i+1), Area: 10_000}
		if areas != nil {
			list[i].Area = areas[i]
		}
	}
	out := []id.ID{}
	err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
		if err := w.app.Estate.CreateRooms(ctx, tx, w.who, project, list); err != nil {
			return err
		}
		for i, used := range usages {
			m := meter.Meter{Kind: supply.Electricity, Number: fmt.Sprint(i), Digits: 8, Installed: start.First()}
			if i < len(list) {
				m.Room = list[i].ID
				out = append(out, m.Room)
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
	cost.Price, err = money.ParsePrice(in.text("price"))
	return out, err
}

// behind is what the rooms used, and last the main meter; and their areas when
// these bear the loss.
func (in caseInput) behind() (usages []money.Qty, areas []money.Area, err error) {
	main, err := in.qty("main")
	if err != nil {
		return nil, nil, err
	}
	var texts, sizes []string
	if strings.HasPrefix(string(in.raw["subs"]), "[") {
		err = in.into("subs", &texts)
	} else {
		var subs, mine money.Qty
		if subs, err = in.qty("subs"); err == nil {
			mine, err = in.qty("room_usage")
		}
		texts = []string{mine.String(), (subs - mine).String()}
	}
	if in.has("areas") && err == nil {
		err = in.into("areas", &sizes)
	}
	if err != nil {
		return nil, nil, err
	}
	if sizes != nil && len(sizes) != len(texts) {
		return nil, nil, in.odd("areas")
	}
	for i := range texts {
		used, err := money.ParseQty(texts[i])
		if err != nil {
			return nil, nil, err
		}
		usages = append(usages, used)
		if sizes == nil {
			continue
		}
		area, err := money.ParseArea(sizes[i])
		if err != nil {
			return nil, nil, err
		}
		areas = append(areas, area)
	}
	return append(usages, main), areas, nil
}

// share makes the document and releases it.
func (w *caseWorld) share(ctx context.Context, project id.ID, cost sharedcost.Cost) (sharedcost.Cost, error) {
	var doc sharedcost.Cost
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
		if doc, err = w.app.Shared.Create(ctx, tx, w.who, project, cost); err != nil {
			return err
		}
		parts, err := w.app.Shared.Parts(ctx, tx, project, doc.ID, page.Request{Limit: 200})
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
		doc, err = w.app.Shared.Release(ctx, tx, w.who, project, doc.ID, doc.Version)
		return err
	})
	return doc, err
}
