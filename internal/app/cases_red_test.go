package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"linli/internal/cashier"
	"linli/internal/deposit"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
	"linli/internal/shift"
)

// closed counts and closes the shift of the acceptance.
func (w *caseWorld) closed(ctx context.Context, project id.ID) error {
	open, _, err := w.app.Shift.CurrentShift(ctx, w.who, project)
	if err != nil {
		return err
	}
	none := money.Fen(0)
	sh, err := w.app.Shift.CountShift(ctx, w.who, project, open.ID, &none, nil)
	if err != nil {
		return err
	}
	_, err = w.app.Shift.CloseShift(ctx, w.who, project, open.ID, shift.Closing{Count: len(sh.Counts), Reason: "案例"})
	return err
}

// giveBack asks, approves and pays out.
func (w *caseWorld) giveBack(ctx context.Context, project id.ID, in cashier.RefundAsk) (cashier.Receipt, error) {
	in.Reason = "案例"
	f, err := w.app.Cashier.AskRefund(ctx, w.who, project, in)
	if err != nil {
		return cashier.Receipt{}, err
	}
	if f, err = w.app.Cashier.DecideRefund(ctx, w.who, project, f.ID, true, "", f.Version); err != nil {
		return cashier.Receipt{}, err
	}
	_, red, err := w.app.Cashier.PayRefund(ctx, w.who, project, f.ID, f.Version)
	return red, err
}

// reversed takes a receipt back whole (G09): both stand in the list with their
// numbers and sum to nothing, and the charge is owed again.
func (w *caseWorld) reversed(ctx context.Context, in caseInput, c *acceptanceCase) error {
	amount := in.fen("amount_fen")
	_ = in.text("receipt") // numbers are given here, not taken over
	project, room, err := w.fixedDebts(ctx, []clock.Date{20250131}, []money.Fen{amount})
	if err != nil {
		return err
	}
	paid, err := w.take(ctx, project, room, cashier.MethodCash, amount)
	if err != nil {
		return err
	}
	if err := w.closed(ctx, project); err != nil {
		return err
	}
	red, err := w.redLater(ctx, in, project, paid.ID)
	if err != nil {
		return err
	}
	list, err := w.app.Cashier.Receipts(ctx, project, cashier.Filter{})
	if err != nil {
		return err
	}
	var want [][]json.RawMessage
	if raw, ok := c.want("rows"); !ok || json.Unmarshal(raw, &want) != nil {
		return fmt.Errorf("expected rows are %s", raw)
	}
	slices.Reverse(list.Items)
	if len(want) != len(list.Items) || list.Items[0].Number != paid.Number || list.Items[1].Seq != paid.Seq+1 {
		return fmt.Errorf("%d receipts, %d wanted; numbers %s", len(list.Items), len(want), list.Items[0].Number)
	}
	var net money.Fen
	for i, r := range list.Items {
		state := "VALID"
		switch {
		case r.Red() && r.RedOf == paid.ID:
			state = "RED"
		case r.ReversedBy != 0:
			state = "REVERSED"
		}
		if got := fmt.Sprintf("%d %q", r.Amount, state); got != string(want[i][1])+" "+string(want[i][2]) {
			return fmt.Errorf("receipt %s is %s, should be %s %s", r.Number, got, want[i][1], want[i][2])
		}
		net += r.Amount
	}
	_, owed, err := w.owed(ctx, project, room)
	if err != nil || owed != amount {
		return fmt.Errorf("owes %d again: %w", owed, err)
	}
	return first(c.expect("net_fen", net), c.expectText("bill_status", status(owed)), c.expectText("red_date", red.Date))
}

// status is PAID or UNPAID by what is still owed.
func status(owed money.Fen) string {
	if owed == 0 {
		return "PAID"
	}
	return "UNPAID"
}

// redLater takes a receipt back at once, or on the day that the case names,
// after its month was closed when it says so (B27).
func (w *caseWorld) redLater(ctx context.Context, in caseInput, project, receipt id.ID) (cashier.Receipt, error) {
	if in.has("red_on") {
		day, err := in.date("red_on")
		if err != nil {
			return cashier.Receipt{}, err
		}
		w.now.Set(day.Start())
	}
	if in.has("closed_month") {
		month, err := clock.ParseMonth(in.text("closed_month"))
		if err == nil {
			err = w.app.Analytics.CloseMonth(ctx, w.who, project, month)
		}
		if err != nil {
			return cashier.Receipt{}, err
		}
	}
	return w.giveBack(ctx, project, cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: receipt})
}

// refunds gives a receipt back piece by piece (G12).
func (w *caseWorld) refunds(ctx context.Context, in caseInput, c *acceptanceCase) error {
	paid := money.Fen(in.number("paid_fen"))
	project, room, err := w.fixedDebts(ctx, []clock.Date{20250131}, []money.Fen{paid})
	if err != nil {
		return err
	}
	r, err := w.take(ctx, project, room, cashier.MethodCash, paid)
	if err != nil {
		return err
	}
	var parts []money.Fen
	var want []bool
	accepted, _ := c.want("accepted")
	if err := errors.Join(in.into("refunds", &parts), json.Unmarshal(accepted, &want)); err != nil {
		return err
	}
	for i, part := range parts {
		_, err := w.giveBack(ctx, project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: part, Method: cashier.MethodCash})
		if (err == nil) != want[i] || err != nil && !errors.Is(err, cashier.ErrRefundMuch) {
			return fmt.Errorf("refund of %d: %w", part, err)
		}
	}
	if r, err = w.app.Cashier.Receipt(ctx, w.app.DB.Reader(ctx), project, r.ID); err != nil {
		return err
	}
	return c.expect("refunded_fen", r.Refunded)
}

// deposit takes one, deducts damage, or forfeits it, and gives the rest back
// (H01). Who leaves with arrears pays them with what comes back (H02).
func (w *caseWorld) deposit(ctx context.Context, in caseInput, c *acceptanceCase) error {
	owes := in.one("arrears_fen", "owed_fen", "debt_fen")
	project, room, err := w.fixedDebts(ctx, []clock.Date{20250131}, []money.Fen{max(in.fen(owes), 1)})
	if err != nil {
		return err
	}
	if !in.has(owes) {
		if _, err := w.take(ctx, project, room, cashier.MethodCash, 1); err != nil {
			return err
		}
	}
	d, _, err := w.app.Deposit.Take(ctx, w.who, project, deposit.Taking{Kind: deposit.KindRenovation, Room: room,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: in.fen("deposit_fen")}}})
	if err != nil {
		return err
	}
	if in.has("deduct_fen") && in.fen("deduct_fen") > 0 || in.text("forfeit") == "true" {
		d, err = w.app.Deposit.Deduct(ctx, w.who, project, d.ID, in.fen("deduct_fen"), "案例", d.Version)
		if want, ok := c.want("error"); ok {
			return wrongError(want, err)
		}
		if err != nil {
			return err
		}
	}
	back := d.Held
	if back > 0 {
		red, err := w.giveBack(ctx, project, cashier.RefundAsk{Kind: cashier.RefundHeld, Deposit: d.ID, Amount: d.Held, Method: cashier.MethodCash})
		if err != nil || red.Deposit != -back {
			return fmt.Errorf("gave back %d of %d: %w", -red.Deposit, back, err)
		}
	}
	if used := min(back, in.fen(owes)); used > 0 {
		if _, err := w.take(ctx, project, room, cashier.MethodCash, used); err != nil {
			return err
		}
		back -= used
	}
	books, err := w.app.Ledger.Balances(ctx, w.app.DB.Reader(ctx), project, 0)
	if err != nil {
		return err
	}
	_, left, err := w.owed(ctx, project, room)
	if err != nil || books[ledger.Deposit] != 0 {
		return fmt.Errorf("the books hold %v: %w", books, err)
	}
	return first(c.expect("refund_fen", back), c.expect("income_fen", -books[ledger.OtherRevenue]), c.expectAny(left, "left_owed_fen", "still_owed_fen"))
}
