package app_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
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
	if in.has("used") {
		policy := billing.RefundPolicy(in.text("policy"))
		if policy != billing.Reprice && policy != billing.ProRata {
			return in.odd("policy")
		}
		back, err := billing.RefundAhead(list, int(in.number("used")), policy)
		if err := first(err, c.expect("paid_fen", back.Paid), c.expect("refund_fen", back.Refund), c.expect("used_fen", back.Used)); err != nil {
			return err
		}
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
	return first(c.expectAny(sum, "amount_fen", "paid_fen"), c.expect("gross_fen", gross), c.expect("discount_fen", gross-sum), c.expectAll("months_fen", each))
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
