package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// caseInput are the inputs of a case; numbers come as text or as JSON numbers.
type caseInput struct{ raw map[string]json.RawMessage }

func readInput(raw map[string]json.RawMessage) (caseInput, error) { return caseInput{raw}, nil }

func (in caseInput) has(keys ...string) bool {
	for _, k := range keys {
		if _, ok := in.raw[k]; !ok {
			return false
		}
	}
	return true
}

func (in caseInput) only(keys ...string) bool {
	for k := range in.raw {
		if !slices.Contains(keys, k) {
			return false
		}
	}
	return true
}

func (in caseInput) into(key string, v any) error {
	if err := json.Unmarshal(in.raw[key], v); err != nil {
		return fmt.Errorf("input %s: %w", key, err)
	}
	return nil
}

func (in caseInput) text(key string) string {
	var s string
	if json.Unmarshal(in.raw[key], &s) == nil {
		return s
	}
	return string(in.raw[key])
}

// mentions looks for a key inside the debts of a case.
func (in caseInput) mentions(key string) bool {
	return strings.Contains(string(in.raw["debts"]), `"`+key+`"`)
}

func (in caseInput) number(key string) int64 {
	var n int64
	if json.Unmarshal(in.raw[key], &n) != nil {
		return 0
	}
	return n
}

func (in caseInput) date(key string) (clock.Date, error) { return clock.ParseDate(in.text(key)) }

// expect compares a stored number with what the case expects, when it does.
func (c *acceptanceCase) expect(key string, got money.Fen) error {
	raw, ok := c.Expect[key]
	if !ok {
		return nil
	}
	var want int64
	if err := json.Unmarshal(raw, &want); err != nil {
		return fmt.Errorf("expected %s: %w", key, err)
	}
	if int64(got) != want {
		return fmt.Errorf("%s is %d, expected %d", key, got, want)
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *acceptanceCase) knows(keys ...string) bool {
	for k := range c.Expect {
		if !slices.Contains(keys, k) {
			return false
		}
	}
	return true
}

const start = clock.Month(202501)

// plainMonths bills an area at a price for some months, once per mode.
func (w *caseWorld) plainMonths(ctx context.Context, in caseInput, c *acceptanceCase) error {
	if !c.knows("amount_fen", "month_fen", "half_up_fen", "half_even_fen", "up_fen", "down_fen") {
		return errNotYet
	}
	modes := []string{"half_up"}
	if in.has("modes") {
		if err := in.into("modes", &modes); err != nil {
			return err
		}
	}
	for _, mode := range modes {
		rounding, err := money.ParseRounding(mode)
		if err != nil {
			return errNotYet
		}
		f, err := plainFee(in.text("price"), start.First())
		if err != nil {
			return err
		}
		f.rounding = rounding
		f.cycle = map[int64]tariff.Cycle{3: "quarter", 6: "half", 12: "year"}[in.number("months")]
		if f.cycle == "" {
			f.cycle = "month"
		}
		if in.has("unit") {
			f.unit = money.Fen(in.number("unit"))
		}
		f.atPeriod = in.text("round_at") == "period"
		list, sum, err := w.months(ctx, in, f)
		if err != nil {
			return err
		}
		if err := first(c.expect("amount_fen", sum), c.expect("month_fen", list[0].Amount), c.expect(mode+"_fen", sum)); err != nil {
			return err
		}
	}
	return nil
}

// months bills until the wanted number of months is charged.
func (w *caseWorld) months(ctx context.Context, in caseInput, f fee) ([]billing.Charge, money.Fen, error) {
	project, building, err := w.project(ctx)
	if err != nil {
		return nil, 0, err
	}
	room, err := w.room(ctx, project, building, "101", in.text("area"), 0)
	if err != nil {
		return nil, 0, err
	}
	if err := w.charge(ctx, project, room, "物业服务费", f); err != nil {
		return nil, 0, err
	}
	want := max(1, int(in.number("months")))
	for m := start; m.Sub(start) < want; m = m.Add(f.cycle.Months()) {
		if err := w.bill(ctx, project, m); err != nil {
			return nil, 0, err
		}
	}
	list, sum, err := w.owed(ctx, project, room)
	if err == nil && len(list) != want {
		err = fmt.Errorf("%d months were charged, expected %d", len(list), want)
	}
	return list, sum, err
}

// firstMonth bills the month in which a home is handed over.
func (w *caseWorld) firstMonth(ctx context.Context, in caseInput, c *acceptanceCase) error {
	handover, err := in.date("handover")
	if err != nil {
		return err
	}
	habit, ok := map[string]tariff.Habit{"actual": tariff.Actual, "30": tariff.D30, "365": tariff.D365, "half": tariff.Half, "next": tariff.Next,
		"next_month": tariff.Next}[in.text("basis")]
	if !ok || !c.knows("amount_fen") {
		return errNotYet
	}
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	room, err := w.room(ctx, project, building, "101", in.text("area"), handover)
	if err != nil {
		return err
	}
	f, err := plainFee(in.text("price"), handover.Month().Add(-1).First())
	if err != nil {
		return err
	}
	f.habit = habit
	if err := first(w.charge(ctx, project, room, "物业服务费", f), w.bill(ctx, project, handover.Month())); err != nil {
		return err
	}
	_, sum, err := w.owed(ctx, project, room)
	return first(err, c.expect("amount_fen", sum))
}

// priceChange bills a month whose price changes inside.
func (w *caseWorld) priceChange(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var prices [][2]string
	if err := in.into("prices", &prices); err != nil {
		return err
	}
	month, err := clock.ParseMonth(in.text("month"))
	if err != nil {
		return err
	}
	f := fee{basis: tariff.ByArea, cycle: "month", unit: money.OneFen, habit: tariff.Actual}
	for _, p := range prices {
		from, err := clock.ParseDate(p[0])
		if err != nil {
			return err
		}
		price, err := money.ParsePrice(p[1])
		if err != nil {
			return err
		}
		f.rates = append(f.rates, tariff.Rate{From: from, Price: price})
	}
	f.from = f.rates[0].From
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	room, err := w.room(ctx, project, building, "101", in.text("area"), 0)
	if err := first(err, w.charge(ctx, project, room, "物业服务费", f), w.bill(ctx, project, month)); err != nil {
		return err
	}
	_, sum, err := w.owed(ctx, project, room)
	return first(err, c.expect("amount_fen", sum))
}

// severalRooms bills rooms that each have their own price.
func (w *caseWorld) severalRooms(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var list [][2]string
	if err := in.into("items", &list); err != nil {
		return errNotYet
	}
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	var rooms []id.ID
	for i, x := range list {
		room, err := w.room(ctx, project, building, fmt.Sprintf("%d01", i+1), x[0], 0)
		if err != nil {
			return err
		}
		f, err := plainFee(x[1], start.First())
		if err := first(err, w.charge(ctx, project, room, fmt.Sprintf("商铺物业费 %d 层", i+1), f)); err != nil {
			return err
		}
		rooms = append(rooms, room)
	}
	for m := start; m.Sub(start) < int(in.number("months")); m = m.Add(1) {
		if err := w.bill(ctx, project, m); err != nil {
			return err
		}
	}
	var sum money.Fen
	for _, r := range rooms {
		_, owed, err := w.owed(ctx, project, r)
		if err != nil {
			return err
		}
		sum += owed
	}
	return c.expect("amount_fen", sum)
}

// fixedDebts charges one room fixed amounts that fall due on given days.
func (w *caseWorld) fixedDebts(ctx context.Context, due []clock.Date, amounts []money.Fen) (project, room id.ID, err error) {
	project, building, err := w.project(ctx)
	if err != nil {
		return 0, 0, err
	}
	if room, err = w.room(ctx, project, building, "101", "100", 0); err != nil {
		return 0, 0, err
	}
	months := []clock.Month{}
	for i, d := range due {
		f := fee{basis: tariff.Fixed, cycle: "month", from: d.Month().First(), until: d.Month().Last(), dueDay: d.Day(), unit: money.OneFen, habit: tariff.Actual,
			rates: []tariff.Rate{{From: d.Month().First(), Price: money.Price(amounts[i]) * 10_000}}}
		if err := w.charge(ctx, project, room, fmt.Sprintf("费用 %d", i+1), f); err != nil {
			return 0, 0, err
		}
		if !slices.Contains(months, d.Month()) {
			months = append(months, d.Month())
		}
	}
	slices.Sort(months)
	for _, m := range months {
		if err := w.bill(ctx, project, m); err != nil {
			return 0, 0, err
		}
	}
	return project, room, nil
}

func (w *caseWorld) take(ctx context.Context, project, room id.ID, method cashier.Method, amount money.Fen) (cashier.Receipt, error) {
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	if err != nil {
		return cashier.Receipt{}, err
	}
	return w.app.Cashier.Receive(ctx, w.who, project, cashier.Taking{Room: room, ExpectedOwed: seat.Owed, Confirmed: true,
		Pays: []cashier.Pay{{Method: method, Amount: amount}}})
}

// statutory pays part of several debts without naming them.
func (w *caseWorld) statutory(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var debts []struct {
		ID        string     `json:"id"`
		Due       clock.Date `json:"due"`
		Principal money.Fen  `json:"principal_fen"`
		Penalty   money.Fen  `json:"penalty_fen"`
		Cost      money.Fen  `json:"cost_fen"`
	}
	if err := in.into("debts", &debts); err != nil {
		return err
	}
	var due []clock.Date
	var amounts []money.Fen
	for _, d := range debts {
		if d.Penalty != 0 || d.Cost != 0 {
			return errNotYet
		}
		due, amounts = append(due, d.Due), append(amounts, d.Principal)
	}
	project, room, err := w.fixedDebts(ctx, due, amounts)
	if err != nil {
		return err
	}
	r, err := w.take(ctx, project, room, cashier.MethodCash, money.Fen(in.number("pay_fen")))
	if err != nil {
		return err
	}
	var want [][3]any
	if err := json.Unmarshal(c.Expect["applied"], &want); err != nil {
		return err
	}
	got := [][3]any{}
	for _, l := range r.Lines {
		for i, d := range debts {
			if l.ItemName == fmt.Sprintf("费用 %d", i+1) {
				got = append(got, [3]any{d.ID, "principal", float64(l.Amount)})
			}
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("applied %v, expected %v", got, want)
	}
	return nil
}

// prepaid pays more than is owed and uses the rest a month later.
func (w *caseWorld) prepaid(ctx context.Context, in caseInput, c *acceptanceCase) error {
	debt, next := money.Fen(in.number("debt_fen")), money.Fen(in.number("next_debt_fen"))
	project, room, err := w.fixedDebts(ctx, []clock.Date{20250131, 20250228}, []money.Fen{debt, next})
	if err != nil {
		return err
	}
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	if err != nil {
		return err
	}
	r, err := w.app.Cashier.Receive(ctx, w.who, project, cashier.Taking{Room: room, ExpectedOwed: seat.Owed, Confirmed: true,
		Charges: []id.ID{seat.Open[0].Charge}, Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: money.Fen(in.number("pay_fen"))}}})
	if err != nil {
		return err
	}
	if err := c.expect("prepay_fen", r.PrepaidAfter); err != nil {
		return err
	}
	if _, err := w.take(ctx, project, room, cashier.MethodPrepay, r.PrepaidAfter); err != nil {
		return err
	}
	_, left, err := w.owed(ctx, project, room)
	return first(err, c.expect("next_after_deduct_fen", left))
}

// ageing sorts arrears by age on a day.
func (w *caseWorld) ageing(ctx context.Context, in caseInput, c *acceptanceCase) error {
	on, err := in.date("on")
	if err != nil {
		return err
	}
	var items [][2]any
	if err := in.into("items", &items); err != nil {
		return err
	}
	var due []clock.Date
	var amounts []money.Fen
	for _, x := range items {
		d, err := clock.ParseDate(fmt.Sprint(x[0]))
		if err != nil {
			return errNotYet
		}
		n, ok := x[1].(float64)
		if !ok {
			return errNotYet
		}
		due, amounts = append(due, d), append(amounts, money.Fen(n))
	}
	project, _, err := w.fixedDebts(ctx, due, amounts)
	if err != nil {
		return err
	}
	a, err := w.app.Billing.Ageing(ctx, w.app.DB.Reader(ctx), project, nil, on)
	if err != nil {
		return err
	}
	names := []string{"1-30天", "31-90天", "91-180天", "181-365天", "1-2年", "2-3年", "3年以上"}
	if err := c.expect("未到期", a.NotDue.Amount); err != nil {
		return err
	}
	for i, name := range names {
		if err := c.expect(name, a.Buckets[i].Amount); err != nil {
			return err
		}
	}
	return nil
}
