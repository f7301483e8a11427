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
)

// closed counts and closes the shift of the acceptance.
func (w *caseWorld) closed(ctx context.Context, project id.ID) error {
	open, _, err := w.app.Cashier.CurrentShift(ctx, w.who, project)
	if err != nil {
		return err
	}
	none := money.Fen(0)
	sh, err := w.app.Cashier.CountShift(ctx, w.who, project, open.ID, &none, nil)
	if err != nil {
		return err
	}
	_, err = w.app.Cashier.CloseShift(ctx, w.who, project, open.ID, cashier.Closing{Count: len(sh.Counts), Reason: "案例"})
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
	amount := money.Fen(in.number("amount_fen"))
	project, room, err := w.fixedDebts(ctx, []clock.Date{20250131}, []money.Fen{amount})
	if err != nil {
		return err
	}
	first, err := w.take(ctx, project, room, cashier.MethodCash, amount)
	if err != nil {
		return err
	}
	if err := w.closed(ctx, project); err != nil {
		return err
	}
	if _, err := w.giveBack(ctx, project, cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: first.ID}); err != nil {
		return err
	}
	list, err := w.app.Cashier.Receipts(ctx, project, cashier.Filter{})
	if err != nil {
		return err
	}
	var want [][]json.RawMessage
	if err := json.Unmarshal(c.Expect["rows"], &want); err != nil {
		return err
	}
	slices.Reverse(list.Items)
	if len(want) != len(list.Items) || list.Items[0].Number != first.Number || list.Items[1].Seq != first.Seq+1 {
		return fmt.Errorf("%d receipts, %d wanted; numbers %s", len(list.Items), len(want), list.Items[0].Number)
	}
	var net money.Fen
	for i, r := range list.Items {
		state := "VALID"
		switch {
		case r.Red() && r.RedOf == first.ID:
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
	return c.expect("net_fen", net)
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
	if err := errors.Join(in.into("refunds", &parts), json.Unmarshal(c.Expect["accepted"], &want)); err != nil {
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

// deposit takes one, deducts damage and gives the rest back (H01).
func (w *caseWorld) deposit(ctx context.Context, in caseInput, c *acceptanceCase) error {
	project, building, err := w.project(ctx)
	if err != nil {
		return err
	}
	room, err := w.room(ctx, project, building, "101", "100", 0)
	if err != nil {
		return err
	}
	d, _, err := w.app.Deposit.Take(ctx, w.who, project, deposit.Taking{Kind: deposit.KindRenovation, Room: room,
		Pays: []cashier.Pay{{Method: cashier.MethodCash, Amount: money.Fen(in.number("deposit_fen"))}}})
	if err != nil {
		return err
	}
	if d, err = w.app.Deposit.Deduct(ctx, w.who, project, d.ID, money.Fen(in.number("deduct_fen")), "案例", d.Version); err != nil {
		return err
	}
	red, err := w.giveBack(ctx, project, cashier.RefundAsk{Kind: cashier.RefundHeld, Deposit: d.ID, Amount: d.Held, Method: cashier.MethodCash})
	if err != nil {
		return err
	}
	books, err := w.app.Ledger.Balances(ctx, w.app.DB.Reader(ctx), project, 0)
	if err != nil {
		return err
	}
	if books[ledger.Deposit] != 0 || books[ledger.Revenue] != 0 {
		return fmt.Errorf("the books hold %v", books)
	}
	return first(c.expect("refund_fen", -red.Deposit), c.expect("income_fen", -books[ledger.OtherRevenue]))
}
