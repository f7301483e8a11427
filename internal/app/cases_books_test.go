package app_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"linli/internal/analytics"
	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/expense"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/ledger"
	"linli/internal/tariff"
)

// publicIncome enters and approves what the common parts brought and cost, and
// reads how it is split (I07).
func (w *caseWorld) publicIncome(ctx context.Context, in caseInput, c *acceptanceCase) error {
	project, _, err := w.fixedDebts(ctx, []clock.Date{20250131}, []money.Fen{1})
	if err != nil {
		return err
	}
	list, err := w.app.Expense.AddCommon(ctx, w.who, project)
	if err != nil {
		return err
	}
	for name, amount := range map[string]int64{"公共部位广告收入": in.number("income_fen"), "公共收益成本": in.number("cost_fen")} {
		for _, k := range list {
			if k.Name != name || amount == 0 {
				continue
			}
			d, err := w.app.Expense.Enter(ctx, w.who, project, expense.Entry{Category: k.ID, Amount: money.Fen(amount), Date: clock.DateOf(w.now.Now()), PaidFrom: ledger.Bank})
			if err == nil {
				_, err = w.app.Expense.Decide(ctx, w.who, project, d.ID, true, "", d.Version)
			}
			if err != nil {
				return err
			}
		}
	}
	rate, err := basisPoints(in.text("fund_rate"))
	if err != nil {
		return err
	}
	month := clock.MonthOf(w.now.Now())
	got, err := w.app.Analytics.Public(ctx, project, analytics.Period{From: month, Until: month}, rate)
	if err != nil {
		return err
	}
	return first(c.expect("net_fen", got.Net), c.expect("fund_fen", got.Fund), c.expect("rest_fen", got.Rest))
}

// basisPoints reads 0.60 as 6000.
func basisPoints(text string) (int64, error) {
	whole, part, _ := strings.Cut(text, ".")
	if len(part) > 4 {
		return 0, fmt.Errorf("rate %q is finer than 1/10000", text)
	}
	return strconv.ParseInt(whole+(part + "0000")[:4], 10, 64)
}

// collected reads rates of collection after a month's bills, and older ones,
// were paid in part (I01-I03): what is waived is not due, what is paid for
// later months does not count.
func (w *caseWorld) collected(ctx context.Context, in caseInput, c *acceptanceCase) error {
	if in.has("households") {
		return w.collectedRooms(ctx, in, c)
	}
	old := in.one("old_due", "arrears_due", "history_due", "opening_due", "opening_arrears")
	paidOld := in.one("old_paid", "arrears_paid", "history_paid", "opening_paid", "arrears_collected", "collected_arrears")
	later := in.one("prepaid", "prepay", "prepaid_next", "next_paid", "advance")
	due, amounts, paid := []clock.Date{20250131}, []money.Fen{in.fen("cur_due")}, []money.Fen{in.fen("cur_paid")}
	if in.has(old) {
		due, amounts, paid = append(due, 20241231), append(amounts, in.fen(old)), append(paid, in.fen(paidOld))
	}
	if in.has(later) {
		due, amounts, paid = append(due, 20250228), append(amounts, in.fen(later)), append(paid, in.fen(later))
	}
	project, room, err := w.fixedDebts(ctx, due, amounts)
	if err != nil {
		return err
	}
	w.now.Set(clock.Date(20250131).Start())
	if in.has("waived") {
		if err := w.waiverOf(ctx, project, room, due[0], in.fen("waived")); err != nil {
			return err
		}
	}
	for i, amount := range paid {
		if err := w.payOf(ctx, project, room, due[i], amount); err != nil {
			return err
		}
	}
	if in.has("back_fen") {
		if err := w.returned(ctx, project, room, in.fen("back_fen")); err != nil {
			return err
		}
	}
	got, err := w.app.Analytics.Standing(ctx, project, analytics.Period{From: start, Until: start})
	if err != nil {
		return err
	}
	home, err := w.app.Billing.Collection(ctx, w.app.DB.Reader(ctx), project, nil, start)
	if err != nil || home.Due != got.Current.Due || home.Paid != got.Current.Paid {
		return fmt.Errorf("the home page has %d of %d, the report %d of %d: %w", home.Paid, home.Due, got.Current.Paid, got.Current.Due, err)
	}
	for key, rate := range map[string]analytics.Rate{"current": got.Current, "arrears": got.Arrears, "old": got.Arrears, "history": got.Arrears,
		"whole": got.Whole, "overall": got.Whole, "combined": got.Whole, "total": got.Whole} {
		if err := c.expectText(key, percent(rate.Rate)); err != nil {
			return err
		}
	}
	return nil
}

func percent(rate int64) string { return fmt.Sprintf("%d.%02d", rate/100, rate%100) }

// open is the charge of the room that falls due on a day.
func (w *caseWorld) open(ctx context.Context, project, room id.ID, due clock.Date) (billing.Charge, error) {
	list, _, err := w.owed(ctx, project, room)
	for _, x := range list {
		if x.Due == due {
			return x, nil
		}
	}
	return billing.Charge{}, errors.Join(err, fmt.Errorf("nothing is owed that falls due on %s", due))
}

func (w *caseWorld) payOf(ctx context.Context, project, room id.ID, due clock.Date, amount money.Fen) error {
	if amount == 0 {
		return nil
	}
	x, err := w.open(ctx, project, room, due)
	if err != nil {
		return err
	}
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	if err != nil {
		return err
	}
	_, err = w.app.Cashier.Receive(ctx, w.who, project, cashier.Taking{Room: room, Charges: []id.ID{x.ID}, ExpectedOwed: seat.Owed, Confirmed: true,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: amount}}})
	return err
}

func (w *caseWorld) waiverOf(ctx context.Context, project, room id.ID, due clock.Date, amount money.Fen) error {
	x, err := w.open(ctx, project, room, due)
	if err != nil {
		return err
	}
	return w.approveWaiver(ctx, project, latefee.Waiver{Kind: latefee.WaiveCharge, Charge: x.ID, Amount: amount, Reason: "案例"})
}

// collectedRooms is the rate by households.
func (w *caseWorld) collectedRooms(ctx context.Context, in caseInput, c *acceptanceCase) error {
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	f := fee{basis: tariff.Fixed, cycle: "month", from: start.First(), unit: money.OneFen, habit: tariff.Actual,
		rates: []tariff.Rate{{From: start.First(), Price: 100_000_000}}}
	all, paid, waived := in.number("households"), in.number("paid_households"), in.number("waived_households")
	var rooms []id.ID
	for i := range all {
		room, err := w.room(ctx, project, building, fmt.Sprint(101+i), "100", 0)
		if err := first(err, w.charge(ctx, project, room, fmt.Sprintf("费用 %d", i+1), f)); err != nil {
			return err
		}
		rooms = append(rooms, room)
	}
	if err := w.bill(ctx, project, start); err != nil {
		return err
	}
	for i, room := range rooms {
		amount := money.Fen(100_00)
		if int64(i) >= all-waived {
			if err := w.waiverOf(ctx, project, room, start.Last(), amount); err != nil {
				return err
			}
			continue
		}
		if int64(i) >= paid {
			amount = 40_00 // in part is not paid
		}
		if _, err := w.take(ctx, project, room, cashier.MethodCash, amount); err != nil {
			return err
		}
	}
	got, err := w.app.Billing.Collection(ctx, w.app.DB.Reader(ctx), project, nil, start)
	if err != nil {
		return err
	}
	rate, err := money.MulDiv(int64(got.PaidRooms), 10_000, int64(got.Rooms), money.HalfUp)
	if err != nil {
		return err
	}
	home, err := w.app.Billing.Collections(ctx, w.app.DB.Reader(ctx), project, nil, start)
	if err != nil || home[0] != got {
		return fmt.Errorf("the home page has %+v, the month %+v: %w", home, got, err)
	}
	return first(err, c.expectText("household", percent(rate)), c.expectAny(money.Fen(got.PaidRooms), "paid_rooms"))
}
