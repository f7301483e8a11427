package app_test

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

const start = clock.Month(202501)

// firstDays and lastDays are names of the day on which a room begins or ends
// to be charged.
var (
	firstDays = []string{"handover", "move_in", "from"}
	lastDays  = []string{"until", "move_out", "last_day"}
)

// fee reads what is charged: by area, unless the case says otherwise.
func (in caseInput) fee(from clock.Date) (fee, error) {
	f, err := plainFee(in.text("price"), from)
	if err != nil {
		return f, err
	}
	switch {
	case in.has("formula"):
		f.basis, f.rates[0].Formula = tariff.ByFormula, in.text("formula")
	case in.has("quantity"):
		f.basis = tariff.ByQuantity
		f.quantity, err = in.qty("quantity")
	case in.has("fixed"):
		f.basis = tariff.Fixed
		if in.text("fixed") != "true" {
			return f, in.odd("fixed")
		}
	case in.has("people"):
		f.basis = tariff.ByPeople
	}
	if in.has("cycle") {
		if f.cycle = tariff.Cycle(in.text("cycle")); f.cycle.Months() == 0 {
			return f, in.odd("cycle")
		}
	} else if in.has("months") {
		if c, ok := map[int64]tariff.Cycle{3: "quarter", 6: "half", 12: "year"}[in.number("months")]; ok {
			f.cycle = c
		}
	}
	return f, first(err, in.roundingInto(&f), in.timingInto(&f))
}

func (in caseInput) timingInto(f *fee) error {
	if in.has("timing") {
		f.arrears = in.text("timing") == "arrears"
		if !f.arrears && in.text("timing") != "advance" {
			return in.odd("timing")
		}
	}
	if in.has("start_month") {
		f.start = int(in.number("start_month"))
	}
	if in.has("price_per") {
		f.perPeriod = in.text("price_per") == "period"
		if !f.perPeriod && in.text("price_per") != "month" {
			return in.odd("price_per")
		}
	}
	return nil
}

func (in caseInput) roundingInto(f *fee) error {
	if key := in.one("mode", "rounding"); in.has(key) {
		var err error
		if f.rounding, err = roundingOf(in.text(key)); err != nil {
			return in.odd(key)
		}
	}
	if key := in.one("unit", "unit_fen", "round_to"); in.has(key) {
		unit, ok := map[string]money.Fen{"1": 1, "10": 10, "100": 100, "fen": 1, "jiao": 10, "yuan": 100, "分": 1, "角": 10, "元": 100, "0.01": 1, "0.1": 10}[in.text(key)]
		if f.unit = unit; !ok {
			return in.odd(key)
		}
	}
	if key := in.one("places", "scale", "decimals"); in.has(key) {
		unit, ok := map[int64]money.Fen{2: 1, 1: 10, 0: 100}[in.number(key)]
		if f.unit = unit; !ok {
			return in.odd(key)
		}
	}
	if in.has("round_at") {
		f.atPeriod = in.text("round_at") == "period"
		if !f.atPeriod && in.text("round_at") != "month" {
			return in.odd("round_at")
		}
	}
	return nil
}

func roundingOf(text string) (money.Rounding, error) {
	if name, ok := map[string]string{"ceil": "up", "floor": "down", "truncate": "down"}[text]; ok {
		text = name
	}
	return money.ParseRounding(text)
}

// house reads the room of a case.
func (in caseInput) house() (r estate.Room, people int, err error) {
	r = estate.Room{Name: "101", Area: 100_00}
	for key, into := range map[string]*money.Area{"area": &r.Area, "inner_area": &r.InnerArea} {
		if in.has(key) && err == nil {
			*into, err = money.ParseArea(in.text(key))
		}
	}
	if in.has("floor") {
		r.Floor = int(in.number("floor"))
	}
	people = 1
	if in.has("people") {
		people = int(in.number("people"))
	}
	return r, people, err
}

// plainMonths bills some months, once per way of rounding.
func (w *caseWorld) plainMonths(ctx context.Context, in caseInput, c *acceptanceCase) error {
	modes := []string{""}
	if in.has("modes") {
		if err := in.into("modes", &modes); err != nil {
			return err
		}
	}
	for _, mode := range modes {
		from, err := in.firstMonth()
		if err != nil {
			return err
		}
		f, err := in.fee(from.First())
		if err != nil {
			return err
		}
		if mode != "" {
			if f.rounding, err = roundingOf(mode); err != nil {
				return in.odd("modes")
			}
		}
		list, sum, err := w.months(ctx, in, f, from)
		if err != nil {
			return err
		}
		if err := first(c.expect("amount_fen", sum), c.expect("month_fen", list[0]), c.expectAll("months_fen", list), c.expect(mode+"_fen", sum)); err != nil {
			return err
		}
	}
	return nil
}

// firstMonth is the first month billed, January 2025 when the case names none.
func (in caseInput) firstMonth() (clock.Month, error) {
	if key := in.one("first_month", "month"); in.has(key) {
		return clock.ParseMonth(in.text(key))
	}
	return start, nil
}

// months bills until the wanted number of months is charged; a month in which
// nothing is owed is missing in what is stored and 0 here.
func (w *caseWorld) months(ctx context.Context, in caseInput, f fee, from clock.Month) ([]money.Fen, money.Fen, error) {
	project, building, err := w.project(ctx)
	if err != nil {
		return nil, 0, err
	}
	r, people, err := in.house()
	if err != nil {
		return nil, 0, err
	}
	r.Building = building
	room, err := w.home(ctx, project, r, people)
	if err != nil {
		return nil, 0, err
	}
	want := 1
	if in.has("months") {
		if want = int(in.number("months")); want < 1 {
			return nil, 0, in.odd("months")
		}
	}
	return w.billed(ctx, project, room, f, from, from.Add(want-1))
}

// billed charges a room for some months and reads what it owes of each.
func (w *caseWorld) billed(ctx context.Context, project, room id.ID, f fee, from, until clock.Month) ([]money.Fen, money.Fen, error) {
	if err := w.charge(ctx, project, room, "物业服务费", f); err != nil {
		return nil, 0, err
	}
	last := until
	if f.arrears {
		last = until.Add(f.cycle.Months())
	}
	for m := from; m <= last; m = m.Add(1) {
		if err := w.bill(ctx, project, m); err != nil {
			return nil, 0, err
		}
	}
	list, sum, err := w.owed(ctx, project, room)
	out := make([]money.Fen, until.Sub(from)+1)
	for _, x := range list {
		if n := x.Month.Sub(from); n < 0 || n >= len(out) {
			sum -= x.Owed() // of a period that goes on
		} else {
			out[n] += x.Owed()
		}
	}
	return out, sum, err
}

// partMonths bills a room that begins, or ends, inside a month.
func (w *caseWorld) partMonths(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var begins, ends clock.Date
	var err error
	if key := in.one(firstDays...); in.has(key) {
		if begins, err = in.date(key); err != nil {
			return err
		}
	}
	if key := in.one(lastDays...); in.has(key) {
		if ends, err = in.date(key); err != nil {
			return err
		}
	}
	from, until := begins.Month(), ends.Month()
	if begins == 0 {
		from = until
	}
	if until = max(from, until); in.has("months") {
		until = from.Add(int(in.number("months")) - 1)
	}
	f, err := in.fee(clock.Month(from.Year()*100 + 1).First())
	if err != nil {
		return err
	}
	if in.has("basis") {
		if f.habit, err = in.habit(); err != nil {
			return err
		}
	}
	if !in.has("cycle") {
		f.cycle = "month"
	}
	f.until = ends
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	r, people, err := in.house()
	if err != nil {
		return err
	}
	r.Building, r.Handover = building, begins
	room, err := w.home(ctx, project, r, people)
	if err != nil {
		return err
	}
	list, sum, err := w.billed(ctx, project, room, f, from, until)
	return first(err, c.expect("amount_fen", sum), c.expectAll("months_fen", list))
}

// priceChange bills months whose price changes inside.
func (w *caseWorld) priceChange(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var prices [][2]string
	if err := in.into("prices", &prices); err != nil {
		return err
	}
	from, err := in.firstMonth()
	if err != nil {
		return err
	}
	until := from
	switch {
	case in.has("period"):
		var period [2]string
		if err := in.into("period", &period); err != nil {
			return err
		}
		if from, err = clock.ParseMonth(period[0]); err == nil {
			until, err = clock.ParseMonth(period[1])
		}
	case in.has("months"):
		until = from.Add(int(in.number("months")) - 1)
	}
	if err != nil {
		return err
	}
	f := fee{basis: tariff.ByArea, cycle: "month", unit: money.OneFen, habit: tariff.Actual}
	for _, p := range prices {
		day, err := clock.ParseDate(p[0])
		if err != nil {
			return err
		}
		price, err := money.ParsePrice(p[1])
		if err != nil {
			return err
		}
		f.rates = append(f.rates, tariff.Rate{From: day, Price: price})
	}
	f.from = f.rates[0].From
	if in.has("cycle") {
		f.cycle, f.from = tariff.Cycle(in.text("cycle")), max(f.from, from.First())
	}
	if err := first(in.roundingInto(&f), in.timingInto(&f)); err != nil {
		return err
	}
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	handover := clock.Date(0)
	if key := in.one(firstDays...); in.has(key) {
		if handover, err = in.date(key); err != nil {
			return err
		}
	}
	if in.has("basis") {
		if f.habit, err = in.habit(); err != nil {
			return err
		}
	}
	room, err := w.room(ctx, project, building, "101", in.text("area"), handover)
	if err != nil {
		return err
	}
	list, sum, err := w.billed(ctx, project, room, f, from, until)
	return first(err, c.expect("amount_fen", sum), c.expectAll("months_fen", list))
}

// habit reads how a month that begins or ends inside is charged.
func (in caseInput) habit() (tariff.Habit, error) {
	habit, ok := map[string]tariff.Habit{"actual": tariff.Actual, "30": tariff.D30, "d30": tariff.D30, "365": tariff.D365, "d365": tariff.D365,
		"half": tariff.Half, "next": tariff.Next, "next_month": tariff.Next}[in.text("basis")]
	if !ok {
		return "", in.odd("basis")
	}
	return habit, nil
}

// severalRooms bills rooms that each have their own price.
func (w *caseWorld) severalRooms(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var list [][2]string
	if err := in.into("items", &list); err != nil {
		return err
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
	return first(err, c.expectAny(left, "next_after_deduct_fen", "left_fen"))
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
		n, ok := x[1].(float64)
		if err != nil || !ok {
			return in.odd("items")
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
	if err := first(c.expectAny(a.Overdue, "overdue_fen", "逾期"), c.expectAny(a.Overdue+a.NotDue.Amount, "owed_fen", "合计")); err != nil {
		return err
	}
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
