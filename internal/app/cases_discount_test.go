package app_test

import (
	"context"
	"encoding/json"
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
	project, room, err := w.discounted(ctx, in.text("area"), f, tariff.Discount{Kind: tariff.Vacancy, Keep: k, Months: after, Starts: tariff.AfterMonths,
		Since: since, Proof: "空置登记表"})
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
	return first(c.expect("amount_fen", sum), c.expect("month_fen", list[len(list)-1].Amount))
}

// yearAhead bills a year at once with a discount for it, and gives months back.
func (w *caseWorld) yearAhead(ctx context.Context, in caseInput, c *acceptanceCase) error {
	months := int(in.number("months"))
	cycle := map[int]tariff.Cycle{3: "quarter", 6: "half", 12: "year"}[months]
	k, err := keep(in.text("discount"))
	if err != nil || cycle == "" {
		return errNotYet
	}
	f := fee{basis: tariff.Fixed, from: start.First(), unit: money.OneFen, habit: tariff.Actual,
		rates: []tariff.Rate{{From: start.First(), Price: money.Price(in.number("month_fen")) * 10_000}}}
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
	nothing, err := billing.RefundAhead(list, months, billing.Reprice)
	if err != nil || nothing.Refund != 0 {
		return fmt.Errorf("nothing is left, gives back %d: %w", nothing.Refund, err)
	}
	all, err := billing.RefundAhead(list, int(in.number("used")), billing.RefundPolicy(in.text("policy")))
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
	return first(c.expect("amount_fen", sum), c.expect("paid_fen", all.Paid), c.expect("gross_fen", gross),
		c.expect("discount_fen", gross-sum), c.expect("refund_fen", all.Refund))
}

// waived takes a waiver out of what is due before the rate of collection.
func (w *caseWorld) waived(ctx context.Context, in caseInput, c *acceptanceCase) error {
	f := fee{basis: tariff.Fixed, cycle: "month", from: start.First(), unit: money.OneFen, habit: tariff.Actual,
		rates: []tariff.Rate{{From: start.First(), Price: money.Price(in.number("cur_due")) * 10_000}}}
	project, room, err := w.discounted(ctx, "100", f, tariff.Discount{Kind: tariff.Off, Off: money.Fen(in.number("waived")), Since: start.First()})
	if err != nil {
		return err
	}
	if err := w.bill(ctx, project, start); err != nil {
		return err
	}
	if _, err := w.take(ctx, project, room, cashier.MethodCash, money.Fen(in.number("cur_paid"))); err != nil {
		return err
	}
	got, err := w.app.Billing.Collection(ctx, w.app.DB.Reader(ctx), project, nil, start)
	if err != nil {
		return err
	}
	var want string
	if err := json.Unmarshal(c.Expect["current"], &want); err != nil {
		return err
	}
	rate, err := money.MulDiv(int64(got.Paid), 10_000, int64(got.Due), money.HalfUp)
	if err != nil {
		return err
	}
	if text := fmt.Sprintf("%d.%02d", rate/100, rate%100); text != want {
		return fmt.Errorf("collected %s %%, expected %s", text, want)
	}
	return nil
}
