package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"linli/internal/cashier"
	"linli/internal/dunning"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/latefee/penalty"
	"linli/internal/tariff"
)

// lateTerms gives an item terms that hold from a day on, and says what is told
// of their rate.
func (w *caseWorld) lateTerms(ctx context.Context, project, item id.ID, from clock.Date, t penalty.Terms) (told string, err error) {
	err = w.app.DB.Write(ctx, func(tx *db.Tx) error {
		terms, err := w.app.LateFee.AddTerms(ctx, tx, w.who, project, latefee.Terms{Item: item, From: from, Terms: t, Source: "案例"})
		if err != nil {
			return err
		}
		rates, err := w.app.LateFee.LPRs(ctx, tx, project)
		told = terms.AboveLPR(rates)
		return err
	})
	return told, err
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
			return t, in.odd("grace")
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
			return t, in.odd("cap")
		}
	} else if in.any("lpr", "lpr_1y") {
		t.Cap = penalty.LPR4
	}
	return t, nil
}

// lateFee computes the late fees of one debt or several: by the clock, after
// payments and waivers, capped.
func (w *caseWorld) lateFee(ctx context.Context, in caseInput, c *acceptanceCase) error {
	terms, err := in.lateTerms()
	if err != nil {
		return err
	}
	due, amounts, err := in.principals()
	if err != nil {
		return err
	}
	on := due[0].AddDays(int(in.number("days")))
	if key := in.one("paid", "settle", "on"); in.has(key) {
		if on, err = in.date(key); err != nil {
			return err
		}
	}
	project, room, err := w.fixedDebts(ctx, due, amounts)
	if err != nil {
		return err
	}
	if err := w.primeRates(ctx, in, project, due[0]); err != nil {
		return err
	}
	items, err := w.app.Tariff.Items(ctx, w.app.DB.Reader(ctx), project)
	if err != nil {
		return err
	}
	told := ""
	for i := range items {
		if told, err = w.lateTerms(ctx, project, items[i].ID, slices.Min(due), terms); err != nil {
			return err
		}
	}
	if err := w.lateEvents(ctx, in, project, room); err != nil {
		return err
	}
	w.now.Set(on.Start())
	fees, err := w.app.LateFee.Fees(ctx, w.app.DB.Reader(ctx), project, []id.ID{room}, on)
	if err != nil {
		return err
	}
	return first(c.expectText("warn", told != ""), c.lateFees(fees, items))
}

// principals are the debts of a case: one, or a list of due days and amounts.
func (in caseInput) principals() (due []clock.Date, amounts []money.Fen, err error) {
	if !in.has("debts") {
		day := clock.Date(20250131)
		if in.has("due") {
			day, err = in.date("due")
		}
		return []clock.Date{day}, []money.Fen{in.fen("principal_fen")}, err
	}
	list, err := in.dated("debts")
	for _, x := range list {
		due, amounts = append(due, x.on), append(amounts, x.amount)
	}
	return due, amounts, err
}

type datedFen struct {
	on     clock.Date
	amount money.Fen
}

// dated reads pairs of a day and an amount; nothing without the key.
func (in caseInput) dated(key string) ([]datedFen, error) {
	if !in.has(key) {
		return nil, nil
	}
	var rows [][2]json.RawMessage
	if err := in.into(key, &rows); err != nil {
		return nil, err
	}
	out := make([]datedFen, len(rows))
	for i, r := range rows {
		if err := errors.Join(json.Unmarshal(r[0], &out[i].on), json.Unmarshal(r[1], &out[i].amount)); err != nil {
			return nil, in.odd(key)
		}
	}
	return out, nil
}

// primeRates enters loan prime rates: one from the due day on, or a list by day.
func (w *caseWorld) primeRates(ctx context.Context, in caseInput, project id.ID, due clock.Date) error {
	key := in.one("lpr", "lpr_1y")
	if !in.has(key) {
		return nil
	}
	rows := [][2]string{{due.String(), in.text(key)}}
	if strings.HasPrefix(strings.TrimSpace(string(in.raw[key])), "[") {
		rows = nil
		if err := in.into(key, &rows); err != nil {
			return err
		}
	}
	for _, r := range rows {
		from, err := clock.ParseDate(r[0])
		if err != nil {
			return in.odd(key)
		}
		rate, err := penalty.ParseDaily(strings.TrimSuffix(r[1], "%"))
		if err != nil {
			return in.odd(key)
		}
		if rate >= penalty.Whole || strings.HasSuffix(r[1], "%") {
			rate /= 100 // 3.10 and 3.10% are 0.0310
		}
		if from.Start().After(w.now.Now()) {
			w.now.Set(from.Start()) // it is entered once it is published
		}
		if err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			return w.app.LateFee.AddLPR(ctx, tx, w.who, project, penalty.LPR{From: from, Rate: int64(rate / 10_000), Source: "案例"})
		}); err != nil {
			return err
		}
	}
	return nil
}

// lateEvents pays and waives principal, and waives late fees, in the order of
// the days.
func (w *caseWorld) lateEvents(ctx context.Context, in caseInput, project, room id.ID) error {
	type event struct {
		datedFen
		do func(context.Context, id.ID, id.ID, money.Fen) error
	}
	var all []event
	for key, do := range map[string]func(context.Context, id.ID, id.ID, money.Fen) error{"payments": w.payPrincipal, "waivers": w.waiver(latefee.WaiveCharge),
		"penalty_waivers": w.waiver(latefee.WaiveLate), "takes": w.payByLaw, "returns": w.returned} {
		list, err := in.dated(key)
		if err != nil {
			return err
		}
		for _, x := range list {
			all = append(all, event{x, do})
		}
	}
	slices.SortStableFunc(all, func(a, b event) int { return int(a.on - b.on) })
	for _, e := range all {
		w.now.Set(e.on.Start())
		if err := e.do(ctx, project, room, e.amount); err != nil {
			return err
		}
	}
	return nil
}

// waiver gives up a part of the oldest debt, approved at once.
func (w *caseWorld) waiver(kind latefee.WaiverKind) func(context.Context, id.ID, id.ID, money.Fen) error {
	return func(ctx context.Context, project, room id.ID, amount money.Fen) error {
		open, _, err := w.owed(ctx, project, room)
		if err != nil || len(open) == 0 {
			return fmt.Errorf("nothing is owed that could be waived: %w", err)
		}
		return w.approveWaiver(ctx, project, latefee.Waiver{Kind: kind, Charge: open[0].ID, Amount: amount, Reason: "案例"})
	}
}

func (w *caseWorld) approveWaiver(ctx context.Context, project id.ID, x latefee.Waiver) error {
	return w.app.DB.Write(ctx, func(tx *db.Tx) error {
		asked, err := w.app.LateFee.AskWaiver(ctx, tx, w.who, project, x)
		if err != nil {
			return err
		}
		_, err = w.app.LateFee.DecideWaiver(ctx, tx, w.who, project, asked.ID, true, "", asked.Version)
		return err
	})
}

// payPrincipal pays charges of the room without their late fees.
func (w *caseWorld) payPrincipal(ctx context.Context, project, room id.ID, amount money.Fen) error {
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	if err != nil {
		return err
	}
	var charges []id.ID
	for _, o := range seat.Open {
		charges = append(charges, o.Charge)
	}
	_, err = w.app.Cashier.Receive(ctx, w.who, project, cashier.Taking{Room: room, Charges: charges, ExpectedOwed: seat.Owed, Confirmed: true,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: amount}}})
	return err
}

// lateFees compares the days and fees, one by one when the case lists several.
func (c *acceptanceCase) lateFees(fees []latefee.Fee, items []tariff.Item) error {
	byItem := map[id.ID]latefee.Fee{}
	for _, f := range fees {
		byItem[f.Charge.Item] = f
	}
	if strings.HasPrefix(string(c.Expect["penalty_fen"]), "[") {
		got, days := make([]money.Fen, len(items)), make([]money.Fen, len(items))
		for i := range items {
			f := byItem[items[i].ID]
			got[i], days[i] = f.Left(), money.Fen(f.Result.Days)
		}
		return first(c.expectAll("penalty_fen", got), c.expectAll("days", days))
	}
	f := byItem[items[0].ID]
	return first(c.expect("days", money.Fen(f.Result.Days)), c.expect("penalty_fen", f.Left()), c.expect("contract_fen", f.Result.Contract),
		c.expect("cap_fen", f.Result.Limit), c.expectText("capped", f.Result.Capped()))
}

// lateDebt is a debt with its late fee as a case states them.
type lateDebt struct {
	ID        string     `json:"id"`
	Due       clock.Date `json:"due"`
	Principal money.Fen  `json:"principal_fen"`
	Penalty   money.Fen  `json:"penalty_fen"`
}

// lateDebts charges debts that have come to the stated late fees by a day, or
// by the end of the month after the last one.
func (w *caseWorld) lateDebts(ctx context.Context, debts []lateDebt, on clock.Date) (project, room id.ID, names map[string]string, err error) {
	var due []clock.Date
	var amounts []money.Fen
	names = map[string]string{}
	end := clock.Date(0)
	for i, d := range debts {
		due, amounts = append(due, d.Due), append(amounts, d.Principal)
		names[fmt.Sprintf("费用 %d", i+1)] = d.ID
		end = max(end, d.Due.Month().Add(1).Last())
	}
	if on == 0 {
		on = end
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
		if _, err := w.lateTerms(ctx, project, items[i].ID, d.Due, penalty.Terms{Daily: penalty.Daily(daily), Grace: penalty.FromDue, Cap: penalty.NoCap}); err != nil {
			return 0, 0, nil, err
		}
	}
	w.now.Set(on.Start())
	return project, room, names, nil
}

// policyOf reads the order in which a payment meets the debts; a choice of the
// payer is followed in the order of the law.
func (in caseInput) policyOf() (cashier.Policy, error) {
	p, ok := map[string]cashier.Policy{"statutory": cashier.PolicyStatutory, "legal": cashier.PolicyStatutory, "interest_first": cashier.PolicyStatutory,
		"penalty_first": cashier.PolicyStatutory, "oldest,penalty_first": cashier.PolicyStatutory, "oldest,interest_first": cashier.PolicyStatutory,
		"oldest,principal_first": cashier.PolicyOldest, "principal_first": cashier.PolicyOldest, "oldest": cashier.PolicyOldest,
		"designated": cashier.PolicyStatutory, "chosen": cashier.PolicyStatutory, "payer": cashier.PolicyStatutory}[in.text("policy")]
	if !ok {
		return "", in.odd("policy")
	}
	return p, nil
}

// choice are the debts that the payer names, nil without.
func (in caseInput) choice() ([]string, error) {
	key := in.one("designated", "designate", "chosen", "choice", "ticked")
	if !in.has(key) {
		return nil, nil
	}
	if !strings.HasPrefix(string(in.raw[key]), "[") {
		return []string{in.text(key)}, nil
	}
	var out []string
	err := in.into(key, &out)
	return out, err
}

// allocated pays a sum for debts, with late fees when the case states some, by
// the policy of the project or the choice of the payer.
func (w *caseWorld) allocated(ctx context.Context, in caseInput, c *acceptanceCase) error {
	policy, err := in.policyOf()
	if err != nil {
		return err
	}
	chosen, err := in.choice()
	if err != nil {
		return err
	}
	var debts []lateDebt
	d := json.NewDecoder(strings.NewReader(string(in.raw["debts"])))
	d.DisallowUnknownFields()
	if err := first(in.into("debts", &debts), d.Decode(&debts)); err != nil {
		return err
	}
	on := clock.Date(0)
	if in.has("on") {
		if on, err = in.date("on"); err != nil {
			return err
		}
	}
	project, room, names, err := w.lateDebts(ctx, debts, on)
	if err != nil {
		return err
	}
	st := cashier.Setting{Policy: policy, Choice: true, AheadMonths: 12}
	if _, err := w.app.Cashier.SetSetting(ctx, w.who, project, st); err != nil {
		return err
	}
	seat, err := w.app.Cashier.Seat(ctx, project, room)
	if err != nil {
		return err
	}
	taking := cashier.Taking{Room: room, ExpectedOwed: seat.Owed, Confirmed: true, Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: in.fen("pay_fen")}}}
	for _, o := range seat.Open {
		if slices.Contains(chosen, names[o.ItemName]) {
			taking.Charges = append(taking.Charges, o.Charge)
		}
	}
	for _, l := range seat.Late {
		if slices.Contains(chosen, names[l.Fee.Charge.ItemName]) {
			taking.Late = append(taking.Late, l.Fee.Charge.ID)
		}
	}
	if len(taking.Charges) != len(chosen) {
		return fmt.Errorf("%d of the chosen %v are owed", len(taking.Charges), chosen)
	}
	r, err := w.app.Cashier.Receive(ctx, w.who, project, taking)
	if err != nil {
		return err
	}
	if err := c.applied(&r, names); err != nil {
		return err
	}
	seat, err = w.app.Cashier.Seat(ctx, project, room)
	return first(err, c.expect("left_principal_fen", seat.Owed), c.expect("left_penalty_fen", seat.LateOwed), c.expect("prepay_fen", seat.Prepaid))
}

// applied compares the lines of a receipt: one on which nothing falls may be
// told or left out.
func (c *acceptanceCase) applied(r *cashier.Receipt, names map[string]string) error {
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
	raw, ok := c.want("applied")
	if !ok {
		return nil
	}
	var list [][3]any
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	want := map[[2]string]float64{}
	for _, x := range list {
		kind := fmt.Sprint(x[1])
		if kind == "interest" || kind == "late_fee" {
			kind = "penalty"
		}
		if n, _ := x[2].(float64); n != 0 {
			want[[2]string{fmt.Sprint(x[0]), kind}] += n
		}
	}
	if !maps.Equal(got, want) {
		return fmt.Errorf("applied %v, expected %v", got, want)
	}
	return nil
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
	return first(c.expectText("expires", l.Items[0].Expires), c.expectText("warn", l.Items[0].Warn))
}
