package app_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"linli/internal/analytics"
	"linli/internal/expense"
	"linli/internal/kit/clock"
	"linli/internal/kit/money"
	"linli/internal/ledger"
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
