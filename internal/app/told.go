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

// tellPaid hands new receipts to the room that writes to payers.
func (a *App) tellPaid(ctx context.Context, tx *db.Tx, project id.ID, list []*cashier.Receipt) error {
	out := make([]dunning.Paid, len(list))
	for i, r := range list {
		out[i] = dunning.Paid{Receipt: r.ID, Number: r.Number, Payer: r.Payer, PayerName: r.PayerName, Amount: r.Amount, Way: waysOf(r), Rooms: paidRooms(r)}
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
