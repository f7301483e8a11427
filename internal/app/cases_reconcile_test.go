package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"linli/internal/cashier"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// billed is one line of the bill of a case, and local what we have.
type billed struct {
	name   string
	state  string
	amount money.Fen
}

func readBilled(in caseInput, key string) ([]billed, error) {
	var rows [][]json.RawMessage
	if err := in.into(key, &rows); err != nil {
		return nil, err
	}
	out := make([]billed, len(rows))
	for i, r := range rows {
		into := []any{&out[i].name, &out[i].amount}
		if len(r) == 3 {
			into = []any{&out[i].name, &out[i].state, &out[i].amount}
		}
		for n, cell := range r {
			if err := json.Unmarshal(cell, into[n]); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// reconciled holds a channel's bill against orders (I09).
func (w *caseWorld) reconciled(ctx context.Context, in caseInput, c *acceptanceCase) error {
	bill, err := readBilled(in, "bill")
	if err != nil {
		return err
	}
	local, err := readBilled(in, "local")
	if err != nil {
		return err
	}
	// A room has one open order at a time: those that are paid come first.
	slices.SortStableFunc(local, func(a, b billed) int {
		if (a.state == "PAID") == (b.state == "PAID") {
			return 0
		} else if a.state == "PAID" {
			return -1
		}
		return 1
	})
	project, orders, err := w.orders(ctx, local)
	if err != nil {
		return err
	}
	st, err := w.matched(ctx, project, bill, orders)
	if err != nil {
		return err
	}
	list, err := w.app.Reconcile.Differences(ctx, project, reconcile.DifferenceFilter{Request: page.Request{Limit: 200}, Statement: st.ID})
	if err != nil {
		return err
	}
	return w.foundIn(bill, local, orders, list.Items, c)
}

// orders makes one for everything that is known here, paid or not.
func (w *caseWorld) orders(ctx context.Context, local []billed) (project id.ID, out map[string]payment.Order, err error) {
	var room id.ID
	if project, room, err = w.fixedDebts(ctx, []clock.Date{20250131}, []money.Fen{1_000_000}); err != nil {
		return 0, nil, err
	}
	cred, err := w.merchant()
	if err == nil {
		_, err = w.app.Payment.SetMerchant(ctx, w.who, project, merchantOf(cred))
	}
	out = map[string]payment.Order{}
	for n, l := range local {
		if err != nil {
			break
		}
		var seat *cashier.Seat
		if seat, err = w.app.Cashier.Seat(ctx, project, room); err != nil {
			break
		}
		var o payment.Order
		if o, err = w.app.Cashier.OpenOrder(ctx, w.who, project, cashier.OrderTaking{Channel: "wechat", Room: room, Amount: l.amount, ExpectedOwed: seat.Owed}); err == nil && l.state == "PAID" {
			err = w.captured(ctx, project, &o, n+1, l.amount)
		}
		o.Transaction = fmt.Sprintf("4200%024d", n+1)
		out[l.name] = o
	}
	return project, out, err
}

// matched gives the bill to the reconciliation on the next day.
func (w *caseWorld) matched(ctx context.Context, project id.ID, bill []billed, orders map[string]payment.Order) (reconcile.Statement, error) {
	paid := w.now.Now()
	w.now.Set(clock.DateOf(paid).AddDays(1).Start().Add(11 * time.Hour))
	st, err := w.app.Reconcile.Reconcile(ctx, w.who, project, "wechat", clock.DateOf(paid))
	if err != nil {
		return st, err
	}
	return st, w.app.Reconcile.Match(ctx, project, st.ID, func(_ context.Context, each func(payment.BillLine) error) (payment.BillTotals, error) {
		for n, l := range bill {
			line := payment.BillLine{Transaction: fmt.Sprintf("4299%024d", n), Number: l.name, Merchant: w.shop(), State: payment.BillPaid, Currency: "CNY",
				Amount: l.amount, Settled: l.amount, At: paid}
			if o, known := orders[l.name]; known {
				line.Number, line.Transaction = o.Number, o.Transaction
			}
			if err := each(line); err != nil {
				return payment.BillTotals{}, err
			}
		}
		return payment.BillTotals{}, nil
	})
}

// foundIn sorts the lines as the case does.
func (w *caseWorld) foundIn(bill, local []billed, orders map[string]payment.Order, odd []reconcile.Difference, c *acceptanceCase) error {
	names := map[string]string{}
	for name, o := range orders {
		names[o.Number] = name
	}
	words := map[reconcile.DifferenceKind]string{reconcile.KindUncredited: "local_not_paid", reconcile.KindAmount: "amount_mismatch", reconcile.KindMissing: "missing_in_bill", reconcile.KindUnknown: "missing_local"}
	got := map[string][]string{"ok": {}, "local_not_paid": {}, "amount_mismatch": {}, "missing_in_bill": {}, "missing_local": {}}
	seen := map[string]bool{}
	for _, d := range odd {
		name, known := names[d.Number]
		if !known {
			name = d.Number
		}
		got[words[d.Kind]] = append(got[words[d.Kind]], name)
		seen[name] = true
	}
	for _, l := range append(slices.Clone(bill), local...) {
		if !seen[l.name] {
			got["ok"], seen[l.name] = append(got["ok"], l.name), true
		}
	}
	for key := range got {
		raw, ok := c.want(key)
		if !ok {
			continue
		}
		var want []string
		if err := json.Unmarshal(raw, &want); err != nil {
			return err
		}
		if slices.Sort(got[key]); !slices.Equal(got[key], want) {
			return fmt.Errorf("%s %v, want %v", key, got[key], want)
		}
	}
	return nil
}
