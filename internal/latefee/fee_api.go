package latefee

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
)

// LateFeeJSON is a late fee in answers; the counter gives it, too.
type LateFeeJSON struct {
	Charge   id.ID       `json:"charge_id" doc:"逾期的那笔费用"`
	ItemName string      `json:"item_name"`
	Month    clock.Month `json:"month"`
	Due      clock.Date  `json:"due_date" doc:"应缴日"`
	Days     int         `json:"days" doc:"计了几天"`
	Total    money.Fen   `json:"total" doc:"到这天共计，分"`
	Charged  money.Fen   `json:"charged" doc:"其中已收，分"`
	Waived   money.Fen   `json:"waived" doc:"其中已减免，分"`
	Left     money.Fen   `json:"left" doc:"还可收，分"`
	Lines    []string    `json:"lines" nullable:"false" doc:"怎么算的"`
}

// ToLateFee writes a late fee for answers.
func ToLateFee(f *Fee) LateFeeJSON {
	return LateFeeJSON{Charge: f.Charge.ID, ItemName: f.Charge.ItemName, Month: f.Charge.Month, Due: f.Charge.Due, Days: f.Result.Days,
		Total: f.Result.Total, Charged: f.Charged, Waived: f.Waived, Left: f.Left(), Lines: f.Lines()}
}

type lateFeesOut struct {
	Body struct {
		On    clock.Date    `json:"on" doc:"算到哪天"`
		Items []LateFeeJSON `json:"items" nullable:"false" doc:"先到期的在前"`
		Left  money.Fen     `json:"left" doc:"还可收合计，分"`
	}
}

func (s *Service) listLateFeesAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID    `path:"project"`
	Room    id.ID    `path:"room"`
	On      web.Date `query:"on" doc:"算到哪天，空为今天"`
}) (*lateFeesOut, error) {
	q, on := s.db.Reader(ctx), in.On.Date
	if on == 0 {
		on = s.today()
	}
	if _, err := s.estate.Room(ctx, q, in.Project, in.Room); err != nil {
		return nil, err
	}
	list, err := s.Fees(ctx, q, in.Project, []id.ID{in.Room}, on)
	out := &lateFeesOut{}
	out.Body.On, out.Body.Items = on, []LateFeeJSON{}
	for i := range list {
		out.Body.Items = append(out.Body.Items, ToLateFee(&list[i]))
		out.Body.Left += list[i].Left()
	}
	return out, err
}
