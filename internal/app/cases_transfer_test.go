package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/screen"
	"linli/internal/tariff"
)

// changeOfHands bills a month and lets the room change hands inside it; the
// days of the two owners make the month.
func (w *caseWorld) changeOfHands(ctx context.Context, c *acceptanceCase) error {
	var month money.Fen
	var days []int
	var want []money.Fen
	for _, x := range []struct {
		from json.RawMessage
		to   any
	}{{c.Input["month_fen"], &month}, {c.Input["days"], &days}, {c.Expect["parts_fen"], &want}} {
		if err := json.Unmarshal(x.from, x.to); err != nil {
			return err
		}
	}
	if len(days) != 2 {
		return errNotYet
	}
	first, ok := monthOf(days[0] + days[1])
	if !ok {
		return errNotYet
	}
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	room, err := w.room(ctx, project, building, "101", "89.3", 0)
	if err != nil {
		return err
	}
	f := fee{basis: tariff.Fixed, cycle: "month", from: first.First(), unit: money.OneFen, habit: tariff.Actual,
		rates: []tariff.Rate{{From: first.First(), Price: money.Price(month) * 10_000}}}
	if err := w.charge(ctx, project, room, "物业服务费", f); err != nil {
		return err
	}
	if err := w.bill(ctx, project, first); err != nil {
		return err
	}
	w.now.Set(first.Last().Start())
	_, err = w.app.Screen.HandOver(ctx, w.who, project, screen.HandOver{Room: room, Date: first.First().AddDays(days[0]),
		NewOwner: &estate.PersonInput{Name: "新业主", Kind: estate.KindPerson}})
	if err != nil {
		return err
	}
	list, sum, err := w.owed(ctx, project, room)
	if err != nil {
		return err
	}
	got := []money.Fen{}
	for _, x := range list {
		got = append(got, x.Owed())
	}
	if !slices.Equal(got, want) || sum != month || list[0].Payer == list[len(list)-1].Payer {
		return fmt.Errorf("parts_fen %v, want %v", got, want)
	}
	return nil
}

// monthOf is a month of 2025 that has so many days.
func monthOf(days int) (clock.Month, bool) {
	for m := clock.Month(202501); m <= 202512; m++ {
		if m.Days() == days {
			return m, true
		}
	}
	return 0, false
}
