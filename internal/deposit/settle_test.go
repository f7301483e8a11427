package deposit_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linli/internal/cashier"
	"linli/internal/cashier/countertest"
	"linli/internal/deposit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/latefee"
	"linli/internal/latefee/penalty"
	"linli/internal/ledger"
)

// arrears makes room A owe October and November, with a late fee on both.
func (w *world) arrears(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	if err := w.Bill(ctx, countertest.Due{Room: w.A, Item: "物业服务费", Month: 202610, Amount: 1000_00}, countertest.Due{Room: w.A, Item: "物业服务费", Month: 202611, Amount: 1000_00}); err != nil {
		t.Fatal(err)
	}
	err := w.DB.Write(ctx, func(tx *db.Tx) error {
		open, err := w.Billing.Open(ctx, tx, w.Project, []id.ID{w.A})
		if err != nil {
			return err
		}
		_, err = w.LateFee.AddTerms(ctx, tx, actor.System("test"), w.Project, latefee.Terms{Item: open[0].Item, From: 20200101, Source: "合同",
			Terms: penalty.Terms{Daily: 50_000, Grace: penalty.FromDue, Cap: penalty.Principal}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Now.Set(clock.Date(20261210).Start())
}

func (w *world) held(t *testing.T, amount money.Fen) deposit.Deposit {
	t.Helper()
	d, _, err := w.deposit.Take(t.Context(), w.Teller(), w.Project, deposit.Taking{Kind: deposit.KindRenovation, Room: w.A, Pays: cash(amount)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// all asks to settle everything that room A owes, late fees with it.
func (w *world) all(t *testing.T, d *deposit.Deposit, settle, rest money.Fen) deposit.SettleAsk {
	t.Helper()
	seat, err := w.Cashier.Seat(t.Context(), w.Project, w.A)
	if err != nil {
		t.Fatal(err)
	}
	in := deposit.SettleAsk{Deposit: d.ID, Settle: settle, Rest: rest, Method: cashier.MethodCash, Reason: "装修验收合格", Agreed: true, Consent: "书面签字"}
	for _, o := range seat.Open {
		in.Charges = append(in.Charges, o.Charge)
	}
	for _, l := range seat.Late {
		in.Late = append(in.Late, l.Fee.Charge.ID)
	}
	return in
}

func (w *world) approved(t *testing.T, in deposit.SettleAsk) deposit.Settlement {
	t.Helper()
	x, err := w.deposit.AskSettle(t.Context(), w.Teller(), w.Project, in)
	if err == nil {
		x, err = w.deposit.DecideSettle(t.Context(), w.Boss(), w.Project, x.ID, true, "", x.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// What is left of a deposit pays arrears first, in the order of the law, and the
// rest goes out in cash: one document, one number, nobody without consent.
func TestSettle(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me, boss := t.Context(), w.Teller(), w.Boss()
		w.arrears(t)
		d := w.held(t, 3000_00)
		// October is 40 days late, November 10: 20.00 and 5.00.
		in := w.all(t, &d, 2025_00, 900_00)
		no := in
		no.Agreed = false
		mustBe(t, failed(w.deposit.AskSettle(ctx, me, w.Project, no)), deposit.ErrConsent)
		no = in
		no.Settle = 2025_01
		mustBe(t, failed(w.deposit.AskSettle(ctx, me, w.Project, no)), cashier.ErrHeldMuch)
		no = in
		no.Rest = 975_01
		mustBe(t, failed(w.deposit.AskSettle(ctx, me, w.Project, no)), deposit.ErrShort)
		no = in
		no.Charges, no.Late = nil, nil
		mustBe(t, failed(w.deposit.AskSettle(ctx, me, w.Project, no)), cashier.ErrHeldNone)
		x, err := w.deposit.AskSettle(ctx, me, w.Project, in)
		if err != nil || len(x.Lines) != 4 || !x.Lines[0].Late || x.Lines[0].Amount != 20_00 || x.Number != "" {
			t.Fatalf("asked %+v, %v", x, err)
		}
		// What is asked for is not there for others.
		mustBe(t, failed(w.deposit.Deduct(ctx, me, w.Project, d.ID, 75_01, "墙", d.Version)), deposit.ErrShort)
		mustBe(t, failed(w.Cashier.AskRefund(ctx, me, w.Project, cashier.RefundAsk{Kind: cashier.RefundHeld, Deposit: d.ID, Amount: 75_01, Method: cashier.MethodCash, Reason: "退"})), cashier.ErrRefundMuch)
		mustBe(t, failed(w.deposit.DecideSettle(ctx, me, w.Project, x.ID, true, "", x.Version)), deposit.ErrOwn)
		mustBe(t, failed(w.deposit.PaySettle(ctx, me, w.Project, x.ID, x.Version)), deposit.ErrState)
		x, err = w.deposit.DecideSettle(ctx, boss, w.Project, x.ID, true, "", x.Version)
		if err != nil || x.Number != "YT2026-000001" {
			t.Fatalf("approved %+v, %v", x, err)
		}
		mustBe(t, failed(w.deposit.PaySettle(ctx, me, w.Project, x.ID, x.Version-1)), fault.ErrStale)
		x, err = w.deposit.PaySettle(ctx, me, w.Project, x.ID, x.Version)
		if err != nil || x.State != deposit.SettleDone || x.ReceiptNumber != "SJ2026-000002" || x.RedNumber != "SJ2026-000003" {
			t.Fatalf("paid %+v, %v", x, err)
		}
		if w.Balance(t, ledger.Deposit) != -75_00 || w.Balance(t, ledger.Cash) != 2100_00 || w.Balance(t, ledger.Receivable) != 0 || w.Balance(t, ledger.Prepaid) != 0 {
			t.Errorf("books: held %d, cash %d, owed %d", w.Balance(t, ledger.Deposit), w.Balance(t, ledger.Cash), w.Balance(t, ledger.Receivable))
		}
		q := w.DB.Reader(ctx)
		r, err := w.Cashier.Receipt(ctx, q, w.Project, x.Receipt)
		if err != nil || r.Amount != 2025_00 || r.Income() != 0 || r.Refundable() != 0 || len(r.Lines) != 4 || r.Pays[0].Method != cashier.MethodDeposit || r.Pays[0].Reference != x.Number {
			t.Errorf("receipt %+v, %v", r, err)
		}
		page, err := w.deposit.PrintSettle(ctx, w.Project, x.ID)
		if err != nil || !strings.Contains(string(page), "YT2026-000001") || !strings.Contains(string(page), "贰仟玖佰贰拾伍元") {
			t.Errorf("paper %v", err)
		}
		mustBe(t, failed(w.deposit.PaySettle(ctx, me, w.Project, x.ID, x.Version)), deposit.ErrState)
		mustBe(t, w.Balanced(ctx, w.deposit.Broken), nil)
	})
}

// What a deposit has paid is taken back as a whole by a red receipt that a second
// person approves, and the deposit is held again; a void or a refund is refused.
func TestSettleTakenBack(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.Teller()
		w.arrears(t)
		d := w.held(t, 1500_00)
		x := w.approved(t, w.all(t, &d, 1500_00, 0))
		x, err := w.deposit.PaySettle(ctx, me, w.Project, x.ID, x.Version)
		if err != nil || x.RedNumber != "" || w.Owed(t, w.A) != 525_00 {
			t.Fatalf("paid %+v, %v, owed %d", x, err, w.Owed(t, w.A))
		}
		mustBe(t, failed(w.Cashier.Void(ctx, me, w.Project, x.Receipt, "抵错")), cashier.ErrHeldPaid)
		mustBe(t, failed(w.Cashier.AskRefund(ctx, me, w.Project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: x.Receipt, Amount: 1, Method: cashier.MethodCash, Reason: "退"})), cashier.ErrHeldPaid)
		red, err := w.GiveBack(t, cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: x.Receipt, Reason: "抵错了"})
		if err != nil || red.Income() != 0 || w.Owed(t, w.A) != 2000_00 || w.Balance(t, ledger.Cash) != 1500_00 || w.Balance(t, ledger.Deposit) != -1500_00 {
			t.Errorf("red %+v, %v, owed %d", red, err, w.Owed(t, w.A))
		}
		d, err = w.deposit.Deposit(ctx, w.Project, d.ID)
		if err != nil || d.Held != 1500_00 || len(d.Entries) != 3 || d.Entries[2].Kind != deposit.EntryRestored {
			t.Errorf("deposit %+v, %v", d, err)
		}
		if x, err = w.deposit.Settlement(ctx, w.Project, x.ID); err != nil || x.UndoneNumber != red.Number {
			t.Errorf("document %+v, %v", x, err)
		}
		mustBe(t, failed(w.Cashier.AskRefund(ctx, me, w.Project, cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: x.Receipt, Reason: "再来"})), cashier.ErrReversed)
		mustBe(t, w.Balanced(ctx, w.deposit.Broken), nil)
	})
}

// Whoever pays at the counter meanwhile changes what is owed: what was approved
// is not done any more, it is computed again and approved again.
func TestSettleChanged(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.Teller()
		w.arrears(t)
		d := w.held(t, 3000_00)
		x := w.approved(t, w.all(t, &d, 2025_00, 0))
		seat, err := w.Cashier.Seat(ctx, w.Project, w.A)
		mustBe(t, err, nil)
		_, err = w.Cashier.Receive(ctx, me, w.Project, cashier.Taking{Room: w.A, Charges: []id.ID{seat.Open[1].Charge}, Pays: cash(1000_00), ExpectedOwed: seat.Owed})
		mustBe(t, err, nil)
		mustBe(t, failed(w.deposit.PaySettle(ctx, me, w.Project, x.ID, x.Version)), deposit.ErrChanged)
		w.Now.Set(clock.Date(20261214).Start()) // four days more: 2.00 more of October
		x, err = w.deposit.RenewSettle(ctx, me, w.Project, x.ID, x.Version)
		if err != nil || x.State != deposit.SettleAsked || x.Settle != 1027_00 || x.Rest != 998_00 || x.Number != "YT2026-000001" || len(x.Lines) != 3 {
			t.Fatalf("renewed %+v, %v", x, err)
		}
		mustBe(t, failed(w.deposit.PaySettle(ctx, me, w.Project, x.ID, x.Version)), deposit.ErrState)
		x, err = w.deposit.DecideSettle(ctx, w.Boss(), w.Project, x.ID, true, "", x.Version)
		mustBe(t, err, nil)
		if x, err = w.deposit.PaySettle(ctx, me, w.Project, x.ID, x.Version); err != nil || x.Number != "YT2026-000001" || w.Owed(t, w.A) != 0 {
			t.Errorf("paid %+v, %v", x, err)
		}
		// All paid: nothing is left to settle, the document is withdrawn.
		w.Now.Set(clock.Date(20261215).Start())
		other := w.approvedAfterBill(t, &d)
		w.Take(t, w.A, cash(w.Owed(t, w.A))...)
		mustBe(t, failed(w.deposit.RenewSettle(ctx, me, w.Project, other.ID, other.Version)), deposit.ErrChanged)
		mustBe(t, failed(w.deposit.WithdrawSettle(ctx, w.Boss(), w.Project, other.ID, other.Version)), deposit.ErrNotMine)
		other, err = w.deposit.WithdrawSettle(ctx, me, w.Project, other.ID, other.Version)
		if err != nil || other.Number != "YT2026-000002" {
			t.Errorf("withdrawn %+v, %v", other, err)
		}
		mustBe(t, w.Balanced(ctx, w.deposit.Broken), nil)
	})
}

// approvedAfterBill makes one more month owed and has a document for it approved.
func (w *world) approvedAfterBill(t *testing.T, d *deposit.Deposit) deposit.Settlement {
	t.Helper()
	if err := w.Bill(t.Context(), countertest.Due{Room: w.A, Item: "垃圾清运", Month: 202612, Amount: 50_00}); err != nil {
		t.Fatal(err)
	}
	return w.approved(t, w.all(t, d, 50_00, 0))
}

// However deposits and debts are cut, no fen is lost or made: what leaves the
// deposit is what the debts got and what was paid out.
func TestSettleEveryFen(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		ctx, me := t.Context(), w.Teller()
		w.arrears(t)
		d := w.held(t, 2500_00)
		dice := rand.New(rand.NewPCG(20261210, 4))
		for n := 0; n < 12; n++ {
			owed := w.Owed(t, w.A) + w.late(t)
			held := -w.Balance(t, ledger.Deposit)
			if owed == 0 || held == 0 {
				break
			}
			settle := 1 + money.Fen(dice.Int64N(int64(min(owed, held, 400_00))))
			rest := money.Fen(dice.Int64N(int64(min(held-settle, 50_00)) + 1))
			before := w.books(t)
			in := w.all(t, &d, settle, rest)
			x := w.approved(t, in)
			if n%3 == 2 {
				w.Now.Set(w.Now.Now().AddDate(0, 0, 1))
			}
			if _, err := w.deposit.PaySettle(ctx, me, w.Project, x.ID, x.Version); err != nil {
				t.Fatalf("round %d: %v", n, err)
			}
			after := w.books(t)
			if after[0]-before[0] != settle+rest || after[1]-before[1] != -rest || after[2]+after[3]-before[2]-before[3] != -settle {
				t.Fatalf("round %d: settled %d, rest %d, books from %v to %v", n, settle, rest, before, after)
			}
			mustBe(t, w.Balanced(ctx, w.deposit.Broken), nil)
		}
	})
}

// books are the deposits (a liability), cash, what is owed and the income of late
// fees, which become owed only when somebody pays them.
func (w *world) books(t *testing.T) []money.Fen {
	t.Helper()
	return []money.Fen{w.Balance(t, ledger.Deposit), w.Balance(t, ledger.Cash), w.Balance(t, ledger.Receivable), w.lateIncome(t)}
}

func (w *world) lateIncome(t *testing.T) money.Fen {
	t.Helper()
	all, err := w.Ledger.Balances(t.Context(), w.DB.Reader(t.Context()), w.Project, 0)
	if err != nil {
		t.Fatal(err)
	}
	var sum money.Fen
	for account, v := range all {
		if !slices.Contains([]ledger.Account{ledger.Deposit, ledger.Cash, ledger.Receivable}, account) {
			sum += v
		}
	}
	return sum
}

func (w *world) late(t *testing.T) money.Fen {
	t.Helper()
	seat, err := w.Cashier.Seat(context.WithoutCancel(t.Context()), w.Project, w.A)
	if err != nil {
		t.Fatal(err)
	}
	return seat.LateOwed
}
