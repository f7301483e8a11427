package cashier

import (
	"linli/internal/kit/id"
	"linli/internal/latefee"
)

type lateJSON struct {
	latefee.LateFeeJSON
	Room      id.ID  `json:"room_id"`
	RoomLabel string `json:"room_label"`
}

func toLate(list []LateDue) []lateJSON {
	out := []lateJSON{}
	for i := range list {
		out = append(out, lateJSON{latefee.ToLateFee(&list[i].Fee), list[i].Fee.Charge.Subject, list[i].RoomLabel})
	}
	return out
}
