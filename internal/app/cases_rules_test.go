package app_test

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/billing"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
	"linli/internal/termination"
)

// caseDiscount is one discount of a case, for the room unless it says otherwise.
type caseDiscount struct {
	Scope    tariff.Scope        `json:"scope"`
	Kind     tariff.DiscountKind `json:"kind"`
	Keep     string              `json:"keep"`
	Off      money.Fen           `json:"off_fen"`
	Since    clock.Date          `json:"since"`
	Until    clock.Date          `json:"until"`
	Months   int                 `json:"months"`
	Starts   tariff.Starts       `json:"starts"`
	Approved clock.Date          `json:"approved"`
	Ended    clock.Date          `json:"ended"` // it was broken off on this day
}

// rulePlay knows cases that put several rules together.
func (w *caseWorld) rulePlay(in caseInput) play {
	switch {
	case in.any("discounts", "ahead_months"):
		return w.agreed
	case in.has("people_by_month"):
		return w.heads
	case in.has("quantities"):
		return w.quantities
	case in.has("owed_fen", "round_to_fen"):
		return w.roundedOff
	}
	return nil
}

// agreed bills a room for which discounts were agreed; it pays months ahead, or
// what was billed at once and has the unused months given back, when the case
// says so.
func (w *caseWorld) agreed(ctx context.Context, in caseInput, c *acceptanceCase) error {
	f, span, err := in.agreement()
	if err != nil {
		return err
	}
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	handover := clock.Date(0)
	if in.has("handover") {
		if handover, err = in.date("handover"); err != nil {
			return err
		}
	}
	room, err := w.room(ctx, project, building, "101", in.text("area"), handover)
	if err := first(err, w.charge(ctx, project, room, "物业服务费", f)); err != nil {
		return err
	}
	err = w.discounts(ctx, in, project, building, room, f.from)
	if want, ok := c.want("error"); ok {
		return wrongError(want, err)
	}
	if err != nil {
		return err
	}
	if in.has("ahead_months") {
		return w.quotedAhead(ctx, in, c, project, room, span[0])
	}
	for m := span[0]; m <= span[1]; m = m.Add(1) {
		if err := w.bill(ctx, project, m); err != nil {
			return err
		}
	}
	list, sum, err := w.owed(ctx, project, room)
	if err != nil {
		return err
	}
	months := make([]money.Fen, span[1].Sub(span[0])+1)
	for _, x := range list {
		if n := x.Month.Sub(span[0]); n >= 0 && n < len(months) {
			months[n] += x.Owed()
		}
	}
	if in.has("used") {
		if err := w.endsEarly(ctx, project, room, list, int(in.number("used")), termination.Policy(in.text("policy")), c); err != nil {
			return err
		}
	}
	return first(c.expectAll("months_fen", months), c.expectAny(sum, "amount_fen", "paid_fen"))
}

// agreement reads the fee and the months of a case.
func (in caseInput) agreement() (f fee, span [2]clock.Month, err error) {
	var texts [2]string
	if err := in.into("period", &texts); err != nil {
		return f, span, err
	}
	for i := range span {
		if span[i], err = clock.ParseMonth(texts[i]); err != nil {
			return f, span, err
		}
	}
	prices := [][2]string{{span[0].First().String(), ""}}
	if in.has("prices") {
		err = in.into("prices", &prices)
	} else {
		prices[0][1] = in.text("price")
	}
	f = fee{basis: tariff.ByArea, cycle: "month", from: span[0].First(), unit: money.OneFen, habit: tariff.Actual}
	for _, p := range prices {
		day, bad := clock.ParseDate(p[0])
		price, worse := money.ParsePrice(p[1])
		f.rates = append(f.rates, tariff.Rate{From: day, Price: price})
		err = first(err, bad, worse)
	}
	if in.has("cycle") {
		f.cycle = tariff.Cycle(in.text("cycle"))
	}
	if in.has("basis") && err == nil {
		f.habit, err = in.habit()
	}
	if in.has("until") && err == nil {
		f.until, err = in.date("until")
	}
	return f, span, first(err, in.roundingInto(&f), in.timingInto(&f))
}

// discounts asks for the discounts of a case and approves them on their days.
func (w *caseWorld) discounts(ctx context.Context, in caseInput, project, building, room id.ID, from clock.Date) error {
	var list []caseDiscount
	if in.has("discounts") {
		if err := in.into("discounts", &list); err != nil {
			return err
		}
	}
	items, err := w.app.Tariff.Items(ctx, w.app.DB.Reader(ctx), project)
	if err != nil {
		return err
	}
	for _, x := range list {
		d := tariff.Discount{Item: items[0].ID, Scope: x.Scope, Kind: x.Kind, Off: x.Off, Since: x.Since, Until: x.Until, Months: x.Months,
			Starts: x.Starts, Reason: "案例"}
		if x.Keep != "" {
			if d.Keep, err = keep(x.Keep); err != nil {
				return err
			}
		}
		switch {
		case d.Scope == "" || d.Scope == tariff.ToRoom:
			d.Scope, d.Target = tariff.ToRoom, room
		case d.Scope == tariff.ToBuilding:
			d.Target = building
		}
		if d.Kind == tariff.Vacancy {
			d.Proof = "空置登记表"
		}
		if w.now.Set(from.Start()); x.Approved != 0 {
			w.now.Set(x.Approved.Start())
		}
		err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			d, err := w.app.Tariff.AskDiscount(ctx, tx, w.who, project, d)
			if err == nil {
				d, err = w.app.Tariff.Decide(ctx, tx, w.who, project, d.ID, true, "", d.Version)
			}
			if err == nil && x.Ended != 0 {
				_, err = w.app.Tariff.EndDiscount(ctx, tx, w.who, project, d.ID, x.Ended, d.Version)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// quotedAhead pays months ahead at the counter for what they are quoted; a run
// of any of them finds nothing left to charge.
func (w *caseWorld) quotedAhead(ctx context.Context, in caseInput, c *acceptanceCase, project, room id.ID, from clock.Month) error {
	w.now.Set(from.First().Start())
	q, err := w.app.Cashier.QuoteAhead(ctx, project, room, billing.AheadAsk{Months: int(in.number("ahead_months"))})
	if err != nil {
		return err
	}
	_, err = w.app.Cashier.Receive(ctx, w.who, project, cashier.Taking{Room: room, Confirmed: true, Ahead: &cashier.AheadTaking{Until: q.Until, Total: q.Total},
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: q.Total}}})
	if err != nil {
		return err
	}
	months := make([]money.Fen, q.Until.Sub(from)+1)
	for _, l := range q.Lines {
		months[l.Month.Sub(from)] += l.Amount
	}
	for m := from; m <= q.Until; m = m.Add(1) {
		if err := w.bill(ctx, project, m); err != nil {
			return err
		}
	}
	if _, left, err := w.owed(ctx, project, room); err != nil || left != 0 {
		return fmt.Errorf("owes %d of what was paid ahead: %w", left, err)
	}
	if in.has("used") {
		if err := w.aheadEnds(ctx, in, c, project, room, int(in.number("used"))); err != nil {
			return err
		}
	}
	return first(c.expectAny(q.Total, "ahead_fen", "paid_fen"), c.expectAll("months_fen", months))
}

// aheadEnds has the months after the used ones given back.
func (w *caseWorld) aheadEnds(ctx context.Context, in caseInput, c *acceptanceCase, project, room id.ID, used int) error {
	list, err := w.app.Termination.Periods(ctx, w.app.DB.Reader(ctx), project, room)
	if err != nil || len(list) != 1 {
		return fmt.Errorf("%d periods: %w", len(list), err)
	}
	back, err := w.terminated(ctx, project, termination.Ask{Room: room, Run: list[0].Run, Item: list[0].Item, Used: used,
		Policy: termination.Policy(in.text("policy")), Method: cashier.MethodCash, Reason: "案例"})
	if err != nil && !errors.Is(err, termination.ErrNothing) {
		return err
	}
	return c.expect("refund_fen", back)
}

// heads bills a household by its people, who change from month to month.
func (w *caseWorld) heads(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var people []int
	if err := in.into("people_by_month", &people); err != nil {
		return err
	}
	f, err := plainFee(in.text("price"), start.First())
	if err != nil {
		return err
	}
	f.basis = tariff.ByPeople
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	room, err := w.home(ctx, project, estate.Room{Building: building, Name: "101", Area: 100_00}, 1)
	if err := first(err, w.charge(ctx, project, room, "垃圾清运费", f)); err != nil {
		return err
	}
	have := 1
	for i, n := range people {
		err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			for ; have < n; have++ {
				if err := w.lives(ctx, tx, project, room); err != nil {
					return err
				}
			}
			return nil
		})
		if err := first(err, w.bill(ctx, project, start.Add(i))); err != nil {
			return err
		}
	}
	list, sum, err := w.owed(ctx, project, room)
	var months []money.Fen
	for _, x := range list {
		months = append(months, x.Owed())
	}
	return first(err, c.expectAll("months_fen", months), c.expect("amount_fen", sum))
}

// quantities bills a room whose number of things changes on given days.
func (w *caseWorld) quantities(ctx context.Context, in caseInput, c *acceptanceCase) error {
	var rows [][2]string
	if err := in.into("quantities", &rows); err != nil {
		return err
	}
	f, span, err := in.agreement()
	if err != nil {
		return err
	}
	f.basis = tariff.ByQuantity
	if f.quantity, err = money.ParseQty(rows[0][1]); err != nil {
		return err
	}
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	room, err := w.room(ctx, project, building, "101", "100", 0)
	if err := first(err, w.charge(ctx, project, room, "车位管理费", f)); err != nil {
		return err
	}
	items, err := w.app.Tariff.Items(ctx, w.app.DB.Reader(ctx), project)
	if err != nil {
		return err
	}
	for _, r := range rows[1:] {
		day, bad := clock.ParseDate(r[0])
		n, worse := money.ParseQty(r[1])
		err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := w.app.Tariff.Assign(ctx, tx, w.who, project, tariff.Assignment{Item: items[0].ID, Scope: tariff.ToRoom, Target: room, From: day, Quantity: n})
			return err
		})
		if err := first(bad, worse, err); err != nil {
			return err
		}
	}
	months := make([]money.Fen, span[1].Sub(span[0])+1)
	for m := span[0]; m <= span[1]; m = m.Add(1) {
		if err := w.bill(ctx, project, m); err != nil {
			return err
		}
	}
	list, sum, err := w.owed(ctx, project, room)
	for _, x := range list {
		months[x.Month.Sub(span[0])] += x.Owed()
	}
	return first(err, c.expectAll("months_fen", months), c.expect("amount_fen", sum))
}

// roundedOff takes cash for all that is owed and lets the small change go; a
// part of it goes back when the case says so.
func (w *caseWorld) roundedOff(ctx context.Context, in caseInput, c *acceptanceCase) error {
	owed := in.fen("owed_fen")
	project, room, err := w.fixedDebts(ctx, []clock.Date{20250131}, []money.Fen{owed})
	if err != nil {
		return err
	}
	st := cashier.Setting{Policy: cashier.PolicyStatutory, Choice: true, AheadMonths: 12, RoundTo: in.fen("round_to_fen")}
	if _, err := w.app.Cashier.SetSetting(ctx, w.who, project, st); err != nil {
		return err
	}
	pays, cash := []cashier.Pay{}, owed
	if other := in.fen("transfer_fen"); other > 0 {
		pays, cash = append(pays, cashier.Pay{Method: cashier.MethodTransfer, Amount: other, Reference: "案例"}), owed-other
	}
	let := cash % st.RoundTo
	if in.has("rounded_fen") {
		let = in.fen("rounded_fen")
	}
	r, err := w.app.Cashier.Receive(ctx, w.who, project, cashier.Taking{Room: room, ExpectedOwed: owed, Confirmed: true, Rounded: let,
		Pays: append(pays, cashier.Pay{Method: cashier.MethodCash, Amount: cash - let})})
	if want, ok := c.want("error"); ok {
		return wrongError(want, err)
	}
	if err != nil {
		return err
	}
	if in.has("back_fen") {
		if _, err := w.giveBack(ctx, project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: in.fen("back_fen"), Method: cashier.MethodCash}); err != nil {
			return err
		}
	}
	_, left, err := w.owed(ctx, project, room)
	return first(err, c.expect("paid_fen", r.Amount), c.expect("let_go_fen", r.Rounded), c.expect("left_fen", left))
}

// payByLaw pays an amount in the order of the project, late fees included.
func (w *caseWorld) payByLaw(ctx context.Context, project, room id.ID, amount money.Fen) error {
	_, err := w.take(ctx, project, room, cashier.MethodCash, amount)
	return err
}

// returned gives a part of the first receipt back, so that it is owed again.
func (w *caseWorld) returned(ctx context.Context, project, room id.ID, amount money.Fen) error {
	list, err := w.app.Cashier.Receipts(ctx, project, cashier.Filter{})
	if err != nil {
		return err
	}
	for i := len(list.Items) - 1; i >= 0; i-- {
		if r := &list.Items[i]; !r.Red() && r.Room == room {
			_, err := w.giveBack(ctx, project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: amount, Method: cashier.MethodCash})
			return err
		}
	}
	return fmt.Errorf("nothing was paid that could go back")
}
