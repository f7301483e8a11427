package cashier

import (
	"linli/internal/billing"
	"linli/internal/kit/id"
)

type lateJSON struct {
	billing.LateFeeJSON
	Room      id.ID  `json:"room_id"`
	RoomLabel string `json:"room_label"`
}

func toLate(list []LateDue) []lateJSON {
	out := []lateJSON{}
	for i := range list {
		out = append(out, lateJSON{billing.ToLateFee(&list[i].LateFee), list[i].LateFee.Charge.Subject, list[i].RoomLabel})
	}
	return out
}
