package shift_test

import (
	"context"

	"pgregory.net/rapid"

	"linli/internal/cashier"
	"linli/internal/kit/money"
)

// paidBack follows what a red receipt did to a household.
func (m *model) paidBack(rt *rapid.T, g *given, minus cashier.Receipt) {
	m.numbers[minus.Date.Year()]++
	var settled money.Fen
	for _, l := range minus.Lines {
		settled += l.Amount
	}
	if minus.Seq != m.numbers[minus.Date.Year()] || minus.Amount != settled+minus.ToPrepay-minus.Rounded {
		rt.Fatalf("red receipt %+v, numbers %v", minus, m.numbers)
	}
	house := g.house
	g.given -= minus.Income()
	m.owed[house] -= settled
	m.prepaid[house] += minus.ToPrepay - minus.PrepaidUsed
	m.receipts = append(m.receipts, given{house: house, receipt: minus, red: true})
}

// red takes a receipt of a closed shift back as a whole, or is refused.
func (m *model) red(rt *rapid.T, w *world) {
	g := m.any(rt)
	f, err := w.cashier.AskRefund(context.Background(), w.teller(), w.project, cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: g.receipt.ID, Reason: "随机"})
	may := !g.void && !g.red && !g.back && g.given == 0 && g.handed
	if (err == nil) != may {
		rt.Fatalf("red of %+v: %v", g, err)
	}
	if err != nil {
		return
	}
	if f, err = w.cashier.DecideRefund(context.Background(), boss(), w.project, f.ID, true, "", f.Version); err != nil {
		rt.Fatalf("approve: %v", err)
	}
	f2, minus, err := w.cashier.PayRefund(context.Background(), w.teller(), w.project, f.ID, f.Version)
	if err != nil {
		// Only money of the wallet that was spent stands against it.
		if g.prepaid <= 0 {
			rt.Fatalf("red refused without reason: %v", err)
		}
		if _, err := w.cashier.WithdrawRefund(context.Background(), w.teller(), w.project, f.ID, f.Version); err != nil {
			rt.Fatalf("withdraw: %v", err)
		}
		return
	}
	if f2.Red != minus.ID || minus.Amount != -g.receipt.Amount {
		rt.Fatalf("red %+v of %+v", minus, g.receipt)
	}
	g.back = true
	m.paidBack(rt, g, minus)
}

// refund gives a part of a receipt or of a wallet back.
func (m *model) refund(rt *rapid.T, w *world) {
	g := m.any(rt)
	left := g.receipt.Income() - g.given
	amount := money.Fen(rapid.Int64Range(1, int64(max(left, 1))+50).Draw(rt, "amount"))
	method := rapid.SampledFrom([]cashier.Method{cashier.MethodCash, cashier.MethodTransfer}).Draw(rt, "method")
	_, minus, err := w.giveBack(rt, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: g.receipt.ID, Amount: amount, Method: method, Reason: "随机"})
	if g.void || g.red || g.back || amount > left {
		if err == nil {
			rt.Fatalf("gave %d back of %+v", amount, g)
		}
		return
	}
	if err != nil {
		if g.prepaid <= 0 {
			rt.Fatalf("refund of %d of %+v: %v", amount, g, err)
		}
		w.dropRefunds(rt)
		return
	}
	m.paidBack(rt, g, minus)
}

// dropRefunds withdraws what could not be paid out.
func (w *world) dropRefunds(t fataler) {
	t.Helper()
	ctx := context.Background()
	list, err := w.cashier.Refunds(ctx, w.project, cashier.RefundFilter{State: cashier.RefundApproved})
	for i := 0; err == nil && i < len(list.Items); i++ {
		_, err = w.cashier.WithdrawRefund(ctx, w.teller(), w.project, list.Items[i].ID, list.Items[i].Version)
	}
	if err != nil {
		t.Fatalf("withdraw: %v", err)
	}
}

func (m *model) any(rt *rapid.T) *given {
	if len(m.receipts) == 0 {
		rt.Skip("no receipts")
	}
	return &m.receipts[rapid.IntRange(0, len(m.receipts)-1).Draw(rt, "receipt")]
}
