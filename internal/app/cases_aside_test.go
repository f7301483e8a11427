package app_test

import (
	"context"
	"fmt"

	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// setAside is prepaid money, for one debt of the case or for any.
type setAside struct {
	For    string    `json:"for"`
	Amount money.Fen `json:"amount_fen"`
}

// aside prepays for single fee items and for any, bills them, and pays out of
// what was prepaid (G06).
func (w *caseWorld) aside(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var debts []lateDebt
	var purses []setAside
	if err := first(in.into("debts", &debts), in.into("wallets", &purses)); err != nil {
		return err
	}
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	room, err := w.room(ctx, project, building, "101", "100", 0)
	if err != nil {
		return err
	}
	names, items := map[string]string{}, map[string]id.ID{}
	for i, d := range debts {
		name := fmt.Sprintf("费用 %d", i+1)
		// It goes on: what is set aside for it may be more than one month.
		f := fee{basis: tariff.Fixed, cycle: "month", from: d.Due.Month().First(), dueDay: d.Due.Day(), unit: money.OneFen,
			habit: tariff.Actual, rates: []tariff.Rate{{From: d.Due.Month().First(), Price: money.Price(d.Principal) * 10_000}}}
		if err := w.charge(ctx, project, room, name, f); err != nil {
			return err
		}
		names[name] = d.ID
	}
	list, err := w.app.Tariff.Items(ctx, w.app.DB.Reader(ctx), project)
	if err != nil {
		return err
	}
	for _, i := range list {
		items[names[i.Name]] = i.ID
	}
	w.now.Set(clock.Date(20241201).Start())
	for _, p := range purses {
		if p.For != "" && items[p.For] == 0 {
			return in.odd("wallets")
		}
		_, err := w.app.Cashier.Receive(ctx, w.who, project, cashier.Taking{Room: room, Confirmed: true, PrepayItem: items[p.For],
			Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: p.Amount}}})
		if err != nil {
			return err
		}
	}
	for _, d := range debts {
		if err := w.bill(ctx, project, d.Due.Month()); err != nil {
			return err
		}
	}
	r, err := w.take(ctx, project, room, cashier.MethodPrepay, in.fen("pay_fen"))
	if want, ok := c.want("error"); ok {
		return wrongError(want, err)
	}
	if err := first(err, c.applied(&r, names)); err != nil {
		return err
	}
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	if err != nil {
		return err
	}
	left, rest := make([]money.Fen, len(purses)), seat.Prepaid
	for i, p := range purses {
		for _, a := range seat.Aside {
			if p.For != "" && a.Item == items[p.For] {
				left[i], rest = a.Amount, rest-a.Amount
			}
		}
	}
	for i, p := range purses {
		if p.For == "" {
			left[i] = rest
		}
	}
	return first(c.expectAll("wallets_left_fen", left), c.expect("left_principal_fen", seat.Owed), c.expect("prepay_fen", seat.Prepaid))
}
