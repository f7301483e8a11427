package app_test

import (
	"context"

	"linli/internal/analytics"
	"linli/internal/expense"
	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// inTrust bills and spends month by month in a project whose company is paid as
// the case says, and reads the account of the owners' money (I06).
func (w *caseWorld) inTrust(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var months []struct {
		Income money.Fen `json:"income_fen"`
		Cost   money.Fen `json:"cost_fen"`
	}
	if err := in.into("months", &months); err != nil {
		return err
	}
	var due []clock.Date
	var incomes []money.Fen
	for i, m := range months {
		due, incomes = append(due, start.Add(i).Last()), append(incomes, m.Income)
	}
	project, _, err := w.fixedDebts(ctx, due, incomes)
	if err != nil {
		return err
	}
	list, err := w.app.Expense.AddCommon(ctx, w.who, project)
	if err != nil {
		return err
	}
	for i, m := range months {
		if m.Cost == 0 {
			continue
		}
		d, err := w.app.Expense.Enter(ctx, w.who, project, expense.Entry{Category: list[0].ID, Amount: m.Cost, Date: start.Add(i).First(), PaidFrom: ledger.Bank})
		if err == nil {
			_, err = w.app.Expense.Decide(ctx, w.who, project, d.ID, true, "", d.Version)
		}
		if err != nil {
			return err
		}
	}
	x := analytics.Scheme{From: start, Kind: analytics.SchemeKind(in.text("scheme")), Source: "案例"}
	if in.has("rate") {
		if x.Rate, err = basisPoints(in.text("rate")); err != nil {
			return err
		}
	}
	if in.has("monthly_fen") {
		x.Monthly = in.fen("monthly_fen")
	}
	if in.has("opening_fen") {
		x.Opening = in.fen("opening_fen")
	}
	if _, err := w.app.Analytics.SetScheme(ctx, w.who, project, x); err != nil {
		return err
	}
	r, err := w.app.Analytics.Profit(ctx, project, analytics.Period{From: start, Until: start.Add(len(months) - 1)})
	if err != nil {
		return err
	}
	t := r.Trust
	if t == nil {
		t = &analytics.Trust{Company: r.Profit} // by lump sum
	}
	return first(c.expect("fee_fen", t.Fee.Total), c.expect("balance_fen", t.Balance.Total), c.expect("company_fen", t.Company.Total),
		c.expectAll("fees_fen", t.Fee.Months), c.expectAll("balances_fen", t.Balance.Months))
}
