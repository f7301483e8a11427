package app_test

import (
	"context"
	"fmt"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/screen"
	"linli/internal/tariff"
)

// changeOfHands bills a month and lets the room change hands inside it, once or
// more; the days of the owners make the month.
func (w *caseWorld) changeOfHands(ctx context.Context, in caseInput, c *acceptanceCase) error {
	month, dates, err := in.changes()
	if err != nil {
		return err
	}
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	area := "89.3"
	f := fee{basis: tariff.Fixed, cycle: "month", from: month.First(), unit: money.OneFen, habit: tariff.Actual,
		rates: []tariff.Rate{{From: month.First(), Price: money.Price(in.number("month_fen")) * 10_000}}}
	if in.has("price") {
		area = in.text("area")
		if f, err = plainFee(in.text("price"), month.First()); err != nil {
			return err
		}
	}
	room, err := w.room(ctx, project, building, "101", area, 0)
	if err != nil {
		return err
	}
	if err := first(w.charge(ctx, project, room, "物业服务费", f), w.bill(ctx, project, month)); err != nil {
		return err
	}
	_, whole, err := w.owed(ctx, project, room)
	if err != nil {
		return err
	}
	w.now.Set(month.Last().Start())
	for i, day := range dates {
		_, err := w.app.Screen.HandOver(ctx, w.who, project, screen.HandOver{Room: room, Date: day,
			NewOwner: &estate.PersonInput{Name: fmt.Sprintf("新业主%d", i+1), Kind: estate.KindPerson}})
		if err != nil {
			return err
		}
	}
	list, sum, err := w.owed(ctx, project, room)
	if err != nil {
		return err
	}
	got, payers := []money.Fen{}, map[id.ID]bool{}
	for _, x := range list {
		got, payers[x.Payer] = append(got, x.Owed()), true
	}
	if sum != whole || len(payers) != len(list) {
		return fmt.Errorf("parts %v of %d payers, the month is %d", got, len(payers), whole)
	}
	for len(got) <= len(dates) {
		got = append(got, 0) // nobody is charged nothing
	}
	return first(c.expectAll("parts_fen", got), c.expectAny(got[0], "old_fen", "old_owner_fen"), c.expectAny(got[len(got)-1], "new_fen", "new_owner_fen"),
		c.expectAny(sum, "amount_fen", "month_fen", "sum_fen"))
}

// changes are the month and the first days of the new owners: named, or told
// by how many days each owner had.
func (in caseInput) changes() (clock.Month, []clock.Date, error) {
	if key := in.one("transfer", "transfers"); in.has(key) {
		var list []clock.Date
		if key == "transfers" {
			if err := in.into(key, &list); err != nil {
				return 0, nil, err
			}
		} else {
			day, err := in.date(key)
			if err != nil {
				return 0, nil, err
			}
			list = append(list, day)
		}
		month := list[0].Month()
		if in.has("month") && in.text("month") != month.String() {
			return 0, nil, in.odd("month")
		}
		return month, list, nil
	}
	var days []int
	if err := in.into("days", &days); err != nil {
		return 0, nil, err
	}
	sum, list := 0, []clock.Date{}
	for _, n := range days {
		sum += n
	}
	month, err := monthOf(sum), error(nil)
	if in.has("month") {
		month, err = clock.ParseMonth(in.text("month"))
	}
	if err != nil || month == 0 || month.Days() != sum || len(days) < 2 {
		return 0, nil, in.odd("days")
	}
	day := month.First()
	for _, n := range days[:len(days)-1] {
		day = day.AddDays(n)
		list = append(list, day)
	}
	return month, list, nil
}

// monthOf is a month of 2024 or 2025 that has so many days, or 0.
func monthOf(days int) clock.Month {
	for m := clock.Month(202501); m <= 202512; m++ {
		if m.Days() == days {
			return m
		}
	}
	if m := clock.Month(202402); m.Days() == days {
		return m
	}
	return 0
}
