package app_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/tariff"
	"linli/internal/termination"
)

// keep reads 0.98 as parts of ten thousand.
func keep(text string) (int64, error) {
	whole, rest, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole+(rest + "0000")[:4], 10, 64)
	if err != nil || len(rest) > 4 {
		return 0, fmt.Errorf("rate %q", text)
	}
	return n, nil
}

// discounted sets up a fee of one room with a discount.
func (w *caseWorld) discounted(ctx context.Context, area string, f fee, d tariff.Discount) (project, room id.ID, err error) {
	project, building, err := w.project(ctx)
	if err != nil {
		return 0, 0, err
	}
	if room, err = w.room(ctx, project, building, "101", area, 0); err != nil {
		return 0, 0, err
	}
	if err := w.charge(ctx, project, room, "物业服务费", f); err != nil {
		return 0, 0, err
	}
	list, err := w.app.Tariff.Items(ctx, w.app.DB.Reader(ctx), project)
	if err != nil {
		return 0, 0, err
	}
	d.Item, d.Scope, d.Target, d.Reason = list[0].ID, tariff.ToRoom, room, "案例"
	w.now.Set(f.from.Start())
	return project, room, w.app.DB.Write(ctx, func(tx *db.Tx) error {
		asked, err := w.app.Tariff.AskDiscount(ctx, tx, w.who, project, d)
		if err != nil {
			return err
		}
		_, err = w.app.Tariff.Decide(ctx, tx, w.who, project, asked.ID, true, "", asked.Version)
		return err
	})
}

// vacant bills a room that stands empty.
func (w *caseWorld) vacant(ctx context.Context, in caseInput, c *acceptanceCase) error {
	rate, from, until, after := in.text("rate"), start, start, 0
	if in.has("vacant_from") {
		rate = in.text("rate_after")
		after = int(in.number("full_months"))
		var period [2]string
		if err := in.into("period", &period); err != nil {
			return err
		}
		var err error
		if from, err = clock.ParseMonth(period[0]); err != nil {
			return err
		}
		if until, err = clock.ParseMonth(period[1]); err != nil {
			return err
		}
	} else {
		until = start.Add(int(in.number("months")) - 1)
	}
	since := from.First()
	if in.has("vacant_from") {
		var err error
		if since, err = in.date("vacant_from"); err != nil {
			return err
		}
	}
	k, err := keep(rate)
	if err != nil {
		return err
	}
	f, err := plainFee(in.text("price"), from.First())
	if err != nil {
		return err
	}
	d := tariff.Discount{Kind: tariff.Vacancy, Keep: k, Months: after, Starts: tariff.AfterMonths, Since: since, Proof: "空置登记表"}
	if in.has("vacant_until") {
		if d.Until, err = in.date("vacant_until"); err != nil {
			return err
		}
	}
	project, room, err := w.discounted(ctx, in.text("area"), f, d)
	if err != nil {
		return err
	}
	for m := from; m <= until; m = m.Add(1) {
		if err := w.bill(ctx, project, m); err != nil {
			return err
		}
	}
	list, sum, err := w.owed(ctx, project, room)
	if err != nil {
		return err
	}
	var months []money.Fen
	for _, x := range list {
		months = append(months, x.Amount)
	}
	return first(c.expect("amount_fen", sum), c.expect("month_fen", months[len(months)-1]), c.expectAll("months_fen", months))
}

// yearAhead bills a year at once with a discount for it, and gives months back.
func (w *caseWorld) yearAhead(ctx context.Context, in caseInput, c *acceptanceCase) error {
	months := int(in.number("months"))
	cycle := map[int]tariff.Cycle{3: "quarter", 6: "half", 12: "year"}[months]
	k, err := keep(in.text("discount"))
	if err != nil || cycle == "" {
		return first(err, in.odd("months"))
	}
	f := fee{basis: tariff.Fixed, from: start.First(), unit: money.OneFen, habit: tariff.Actual,
		rates: []tariff.Rate{{From: start.First(), Price: money.Price(in.number("month_fen")) * 10_000}}} // fen to yuan ×10⁻⁶
	if in.has("price") {
		if f, err = plainFee(in.text("price"), start.First()); err != nil {
			return err
		}
	}
	f.cycle = cycle
	area := "100"
	if in.has("area") {
		area = in.text("area")
	}
	project, room, err := w.discounted(ctx, area, f, tariff.Discount{Kind: tariff.Ahead, Keep: k, Months: months, Since: start.First()})
	if err != nil {
		return err
	}
	if err := w.bill(ctx, project, start); err != nil {
		return err
	}
	list, sum, err := w.owed(ctx, project, room)
	if err != nil {
		return err
	}
	var gross money.Fen
	for i := range list {
		e, err := w.app.Billing.Explain(ctx, w.app.DB.Reader(ctx), project, list[i].ID)
		if err != nil {
			return err
		}
		gross += e.Gross
	}
	var each []money.Fen
	for i := range list {
		each = append(each, list[i].Amount)
	}
	if in.has("used") {
		policy := termination.Policy(in.text("policy"))
		if policy != termination.Reprice && policy != termination.ProRata {
			return in.odd("policy")
		}
		if err := w.endsEarly(ctx, project, room, list, int(in.number("used")), policy, c); err != nil {
			return err
		}
	}
	return first(c.expectAny(sum, "amount_fen", "paid_fen"), c.expect("gross_fen", gross), c.expect("discount_fen", gross-sum), c.expectAll("months_fen", each))
}

// endsEarly pays the months at once, and has the ones after the used given back:
// asked, approved, paid out. What the cash box holds then is what was used.
func (w *caseWorld) endsEarly(ctx context.Context, project, room id.ID, list []billing.Charge, used int, policy termination.Policy, c *acceptanceCase) error {
	var paid money.Fen
	for i := range list {
		paid += list[i].Amount
	}
	if _, err := w.take(ctx, project, room, cashier.MethodCash, paid); err != nil {
		return err
	}
	refund, err := w.terminated(ctx, project, termination.Ask{Room: room, Run: list[0].Run, Item: list[0].Item, Used: used, Policy: policy,
		Method: cashier.MethodCash, Reason: "案例"})
	if err != nil && !errors.Is(err, termination.ErrNothing) {
		return err
	}
	_, left, err := w.owed(ctx, project, room)
	if err != nil || left != 0 {
		return fmt.Errorf("owes %d: %w", left, err)
	}
	books, err := w.app.Ledger.Balances(ctx, w.app.DB.Reader(ctx), project, 0)
	if err != nil || books[ledger.Cash] != paid-refund || books[ledger.Revenue] != refund-paid || books[ledger.Receivable] != 0 {
		return fmt.Errorf("the books hold %v: %w", books, err)
	}
	return first(c.expect("paid_fen", paid), c.expect("refund_fen", refund), c.expect("used_fen", books[ledger.Cash]))
}

// terminated asks for months to be given back by what the product computes,
// approves it, pays every refund out, and answers what went back.
func (w *caseWorld) terminated(ctx context.Context, project id.ID, in termination.Ask) (money.Fen, error) {
	q, err := w.app.Termination.Quote(ctx, w.app.DB.Reader(ctx), project, in.Room, in.Run, in.Item, in.Used, in.Policy)
	if err != nil {
		return 0, err
	}
	in.Seen = q.Back.Refund
	d, err := w.app.Termination.Ask(ctx, w.who, project, in)
	if err != nil {
		return 0, err
	}
	if d, err = w.app.Termination.Decide(ctx, w.who, project, d.ID, true, "", d.Version); err != nil {
		return 0, err
	}
	var back money.Fen
	for _, p := range d.Parts {
		f, err := w.app.Cashier.Refund(ctx, project, p.Refund)
		if err != nil {
			return 0, err
		}
		_, red, err := w.app.Cashier.PayRefund(ctx, w.who, project, f.ID, f.Version)
		if err != nil {
			return 0, err
		}
		back -= red.Amount
	}
	return back, nil
}

// prepayCap asks for months ahead against the cap of the city and the end of
// the contract (A23).
func (w *caseWorld) prepayCap(ctx context.Context, in caseInput, c *acceptanceCase) error {
	from, err := in.date(in.one("from_", "on"))
	if err != nil {
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
	f, err := plainFee("1", from.Month().First())
	if err := first(err, w.charge(ctx, project, room, "物业服务费", f)); err != nil {
		return err
	}
	w.now.Set(from.Start())
	st := cashier.Setting{Policy: cashier.PolicyStatutory, Choice: true, AheadMonths: 60}
	if in.has("city_cap_months") {
		st.AheadMonths = int(in.number("city_cap_months"))
	}
	if in.has("contract_end") {
		if st.AheadUntil, err = in.date("contract_end"); err != nil {
			return err
		}
	}
	if _, err := w.app.Cashier.SetSetting(ctx, w.who, project, st); err != nil {
		return err
	}
	q, err := w.app.Cashier.QuoteAhead(ctx, project, room, billing.AheadAsk{Months: int(in.number("requested_months"))})
	if want, ok := c.want("error"); ok && string(want) != "null" {
		if err := wrongError(want, err); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return first(c.expect("allowed_months", money.Fen(q.Allowed)), c.expect("amount_fen", q.Total))
}
