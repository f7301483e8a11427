package app

import (
	"context"
	"slices"
	"strings"

	"linli/internal/cashier"
	"linli/internal/dunning"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// tellPaid hands new receipts, those that became void and prepaid money that was
// paid out to the room that writes to payers.
func (a *App) tellPaid(ctx context.Context, tx *db.Tx, project id.ID, list []*cashier.Receipt) error {
	out := []dunning.Paid{}
	for _, r := range list {
		p := dunning.Paid{Receipt: r.ID, Number: r.Number, Payer: r.Payer, PayerName: r.PayerName, Way: waysOf(r)}
		switch {
		case r.State == cashier.StateVoid:
			p.Back = "已作废"
		case r.RedOf != 0:
			p.Number, p.Back = r.RedOfNumber, "已红冲退款"
		case r.Red() && r.Deposit == 0:
			p.Returned = true
		case r.Red():
			continue // a deposit that no receipt had taken
		}
		m := *r
		if r.Red() {
			m = r.Mirror()
		}
		p.Amount, p.Rooms = m.Amount, paidRooms(&m)
		out = append(out, p)
	}
	return a.Dunning.PaidTold(ctx, tx, project, out)
}

func waysOf(r *cashier.Receipt) string {
	var out []string
	for _, p := range r.Pays {
		if name := p.Method.Name(); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, "、")
}

// paidRooms is what a receipt paid by room: its lines, and at its own room what
// became prepaid money or a deposit, less what was rounded off.
func paidRooms(r *cashier.Receipt) []dunning.PaidRoom {
	out := []dunning.PaidRoom{{Room: r.Room, Label: r.RoomLabel, Amount: r.ToPrepay + r.Deposit - r.Rounded}}
	for _, l := range r.Lines {
		i := slices.IndexFunc(out, func(p dunning.PaidRoom) bool { return p.Room == l.Room })
		if i < 0 {
			i, out = len(out), append(out, dunning.PaidRoom{Room: l.Room, Label: l.RoomLabel})
		}
		out[i].Amount += l.Amount
	}
	if out[0].Amount <= 0 && len(out) > 1 {
		out[1].Amount += out[0].Amount
		out = out[1:]
	}
	return out
}
