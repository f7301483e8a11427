package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"linli/internal/billing"
	"linli/internal/billing/penalty"
	"linli/internal/cashier"
	"linli/internal/dunning"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// lateTerms gives an item terms that hold from a day on.
func (w *caseWorld) lateTerms(ctx context.Context, project, item id.ID, t penalty.Terms) error {
	return w.app.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := w.app.Billing.AddLateTerms(ctx, tx, w.who, project, billing.LateTerms{Item: item, From: 20000101, Terms: t, Source: "案例"})
		return err
	})
}

func (in caseInput) lateTerms() (penalty.Terms, error) {
	t := penalty.Terms{GraceDays: int(in.number("grace_days")), Grace: penalty.FromDue, Cap: penalty.NoCap}
	var err error
	if t.Daily, err = penalty.ParseDaily(in.text("daily")); err != nil {
		return t, err
	}
	if in.has("grace") {
		switch in.text("grace") {
		case "excluded":
			t.Grace = penalty.Excluded
		case "from_due", "included", "due":
		default:
			return t, errNotYet
		}
	}
	if in.has("cap") {
		switch in.text("cap") {
		case "principal":
			t.Cap = penalty.Principal
		case "lpr4", "lpr*4", "4lpr", "lprx4", "lpr":
			t.Cap = penalty.LPR4
		case "none":
		default:
			return t, errNotYet
		}
	} else if in.has("lpr") || in.has("lpr_1y") {
		t.Cap = penalty.LPR4
	}
	return t, nil
}

// lateFee computes the late fees of one debt or several: by the clock, after
// payments, capped.
func (w *caseWorld) lateFee(ctx context.Context, in caseInput, c *acceptanceCase) error {
	terms, err := in.lateTerms()
	if err != nil {
		return err
	}
	due, amounts := []clock.Date{20250131}, []money.Fen{money.Fen(in.number("principal_fen"))}
	if in.has("debts") {
		var list [][2]any
		if err := in.into("debts", &list); err != nil {
			return errNotYet
		}
		due, amounts = nil, nil
		for _, x := range list {
			d, err := clock.ParseDate(fmt.Sprint(x[0]))
			n, ok := x[1].(float64)
			if err != nil || !ok {
				return errNotYet
			}
			due, amounts = append(due, d), append(amounts, money.Fen(n))
		}
	} else if in.has("due") {
		if due[0], err = in.date("due"); err != nil {
			return err
		}
	}
	on := due[0].AddDays(int(in.number("days")))
	for _, key := range []string{"paid", "settle", "on"} {
		if in.has(key) {
			if on, err = in.date(key); err != nil {
				return err
			}
		}
	}
	project, room, err := w.fixedDebts(ctx, due, amounts)
	if err != nil {
		return err
	}
	items, err := w.app.Tariff.Items(ctx, w.app.DB.Reader(ctx), project)
	if err != nil {
		return err
	}
	for _, i := range items {
		if err := w.lateTerms(ctx, project, i.ID, terms); err != nil {
			return err
		}
	}
	for _, key := range []string{"lpr", "lpr_1y"} {
		if in.has(key) {
			rate, err := penalty.ParseDaily(in.text(key))
			if err != nil {
				return errNotYet
			}
			if err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
				return w.app.Billing.AddLPR(ctx, tx, w.who, project, penalty.LPR{From: due[0], Rate: int64(rate / 10_000), Source: "案例"})
			}); err != nil {
				return err
			}
		}
	}
	var payments [][2]any
	if in.has("payments") {
		if err := in.into("payments", &payments); err != nil {
			return errNotYet
		}
	}
	for _, p := range payments {
		if err := w.payPrincipal(ctx, project, room, p); err != nil {
			return err
		}
	}
	w.now.Set(on.Start())
	fees, err := w.app.Billing.LateFees(ctx, w.app.DB.Reader(ctx), project, []id.ID{room}, on)
	if err != nil {
		return err
	}
	return c.lateFees(fees, items)
}

// payPrincipal pays charges of the room without their late fees.
func (w *caseWorld) payPrincipal(ctx context.Context, project, room id.ID, p [2]any) error {
	on, err := clock.ParseDate(fmt.Sprint(p[0]))
	n, ok := p[1].(float64)
	if err != nil || !ok {
		return errNotYet
	}
	w.now.Set(on.Start())
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	if err != nil {
		return err
	}
	var charges []id.ID
	for _, o := range seat.Open {
		charges = append(charges, o.Charge)
	}
	_, err = w.app.Cashier.Receive(ctx, w.who, project, cashier.Taking{Room: room, Charges: charges, ExpectedOwed: seat.Owed, Confirmed: true,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: money.Fen(n)}}})
	return err
}

// lateFees compares the days and fees, one by one when the case lists several.
func (c *acceptanceCase) lateFees(fees []billing.LateFee, items []tariff.Item) error {
	byItem := map[id.ID]billing.LateFee{}
	for _, f := range fees {
		byItem[f.Charge.Item] = f
	}
	var want []money.Fen
	if json.Unmarshal(c.Expect["penalty_fen"], &want) == nil {
		for i, x := range want {
			f := byItem[items[i].ID]
			if got := f.Left(); got != x {
				return fmt.Errorf("penalty_fen of debt %d is %d, expected %d", i+1, got, x)
			}
		}
		return nil
	}
	f := byItem[items[0].ID]
	return first(c.expect("days", money.Fen(f.Result.Days)), c.expect("penalty_fen", f.Left()), c.expect("contract_fen", f.Result.Contract),
		c.expect("cap_fen", f.Result.Limit))
}

// lateDebt is a debt with its late fee as a case states them.
type lateDebt struct {
	ID        string     `json:"id"`
	Due       clock.Date `json:"due"`
	Principal money.Fen  `json:"principal_fen"`
	Penalty   money.Fen  `json:"penalty_fen"`
}

// lateDebts charges debts that have come to the stated late fees by the end of
// the month after the last one.
func (w *caseWorld) lateDebts(ctx context.Context, debts []lateDebt) (project, room id.ID, names map[string]string, err error) {
	var due []clock.Date
	var amounts []money.Fen
	names = map[string]string{}
	on := clock.Date(0)
	for i, d := range debts {
		due, amounts = append(due, d.Due), append(amounts, d.Principal)
		names[fmt.Sprintf("费用 %d", i+1)] = d.ID
		on = max(on, d.Due.Month().Add(1).Last())
	}
	if project, room, err = w.fixedDebts(ctx, due, amounts); err != nil {
		return 0, 0, nil, err
	}
	items, err := w.app.Tariff.Items(ctx, w.app.DB.Reader(ctx), project)
	if err != nil {
		return 0, 0, nil, err
	}
	for i, d := range debts {
		if d.Penalty == 0 {
			continue
		}
		daily, err := money.MulDiv(int64(d.Penalty), int64(penalty.Whole), int64(d.Principal)*int64(on.Sub(d.Due)), money.HalfUp)
		if err != nil {
			return 0, 0, nil, err
		}
		if err := w.lateTerms(ctx, project, items[i].ID, penalty.Terms{Daily: penalty.Daily(daily), Grace: penalty.FromDue, Cap: penalty.NoCap}); err != nil {
			return 0, 0, nil, err
		}
	}
	w.now.Set(on.Start())
	return project, room, names, nil
}

// allocated pays a sum for debts with late fees by the policy of the project.
func (w *caseWorld) allocated(ctx context.Context, in caseInput, c *acceptanceCase) error {
	policy, ok := map[string]cashier.Policy{"statutory": cashier.PolicyStatutory, "oldest,principal_first": cashier.PolicyOldest,
		"principal_first": cashier.PolicyOldest}[in.text("policy")]
	var debts []lateDebt
	if err := in.into("debts", &debts); err != nil || !ok || !c.knows("applied", "left_principal_fen", "left_penalty_fen", "prepay_fen") {
		return errNotYet
	}
	project, room, names, err := w.lateDebts(ctx, debts)
	if err != nil {
		return err
	}
	st := cashier.Setting{Policy: policy, Choice: true, AheadMonths: 12}
	if _, err := w.app.Cashier.SetSetting(ctx, w.who, project, st); err != nil {
		return err
	}
	r, err := w.take(ctx, project, room, cashier.MethodCash, money.Fen(in.number("pay_fen")))
	if err != nil {
		return err
	}
	got := map[[2]string]float64{}
	for _, l := range r.Lines {
		for name, debt := range names {
			switch l.ItemName {
			case name:
				got[[2]string{debt, "principal"}] += float64(l.Amount)
			case name + tariff.LateItemName:
				got[[2]string{debt, "penalty"}] += float64(l.Amount)
			}
		}
	}
	var list [][3]any
	if err := json.Unmarshal(c.Expect["applied"], &list); err != nil {
		return errNotYet
	}
	want := map[[2]string]float64{}
	for _, x := range list {
		kind, n := fmt.Sprint(x[1]), x[2].(float64)
		if kind == "interest" || kind == "late_fee" {
			kind = "penalty"
		}
		want[[2]string{fmt.Sprint(x[0]), kind}] += n
	}
	if !maps.Equal(got, want) {
		return fmt.Errorf("applied %v, expected %v", got, want)
	}
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	return first(err, c.expect("left_principal_fen", seat.Owed), c.expect("left_penalty_fen", seat.LateOwed), c.expect("prepay_fen", seat.Prepaid))
}

// limitation lets a debt grow old: the last demand is a letter that was
// delivered on its day.
func (w *caseWorld) limitation(ctx context.Context, in caseInput, c *acceptanceCase) error {
	due, err := in.date("due")
	if err != nil {
		return err
	}
	on, err := in.date("on")
	if err != nil {
		return err
	}
	project, room, err := w.fixedDebts(ctx, []clock.Date{due}, []money.Fen{100_00})
	if err != nil {
		return err
	}
	q := w.app.DB.Reader(ctx)
	st, err := w.app.Dunning.Setting(ctx, q, project)
	if err != nil {
		return err
	}
	st.Contact = "案例"
	if _, err := w.app.Dunning.SetSetting(ctx, w.who, project, st); err != nil {
		return err
	}
	for _, key := range []string{"last_demand", "acknowledged", "last_ack"} {
		if !in.has(key) {
			continue
		}
		day, err := in.date(key)
		if err != nil {
			return err
		}
		w.now.Set(day.Start())
		if key != "last_demand" {
			if _, err := w.app.Dunning.Record(ctx, w.who, project, dunning.Event{Room: room, Kind: dunning.Visit, Result: "acknowledged"}); err != nil {
				return err
			}
			continue
		}
		list, err := w.app.Dunning.Issue(ctx, w.who, project, []id.ID{room}, dunning.Demand)
		if err != nil {
			return err
		}
		if _, err := w.app.Dunning.Deliver(ctx, w.who, project, list[0].ID, dunning.Event{Result: "signed"}); err != nil {
			return err
		}
	}
	w.now.Set(on.Start())
	l, err := w.app.Dunning.Arrears(ctx, q, project, dunning.ArrearsFilter{})
	if err != nil || len(l.Items) != 1 {
		return fmt.Errorf("arrears %v: %w", l.Items, err)
	}
	got, _ := json.Marshal(map[string]any{"expires": l.Items[0].Expires.String(), "warn": l.Items[0].Warn})
	for key, want := range c.Expect {
		var have map[string]json.RawMessage
		if err := json.Unmarshal(got, &have); err != nil {
			return err
		}
		if string(have[key]) != string(want) {
			return fmt.Errorf("%s is %s, expected %s", key, have[key], want)
		}
	}
	return nil
}
