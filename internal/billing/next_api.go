package billing

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type nextIn struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item"`
	Room    id.ID `query:"room_id" doc:"哪间房；不填为收这项费用的第一户"`
}

// NextMonthJSON is one month of what will be owed.
type NextMonthJSON struct {
	Month  clock.Month `json:"month"`
	Amount money.Fen   `json:"amount" doc:"分"`
	Lines  []string    `json:"lines" nullable:"false" doc:"怎么算的"`
}

type nextOut struct {
	Body struct {
		Room   id.ID           `json:"room_id" doc:"空表示没有一户收这项费用"`
		Label  string          `json:"room_label"`
		First  clock.Month     `json:"first_month" doc:"下一个周期从哪个月起"`
		Last   clock.Month     `json:"last_month" doc:"到哪个月止"`
		Total  money.Fen       `json:"total" doc:"下期应收，分"`
		Months []NextMonthJSON `json:"months" nullable:"false"`
		Why    string          `json:"why" doc:"为什么没有；有则为空"`
	}
}

func (s *Service) nextAPI(ctx context.Context, _ actor.Actor, in *nextIn) (*nextOut, error) {
	q := s.db.Reader(ctx)
	n, err := s.Next(ctx, q, in.Project, in.Item, in.Room)
	if err != nil {
		return nil, err
	}
	labels, err := s.estate.Labels(ctx, q, in.Project, []id.ID{n.Room})
	out := &nextOut{}
	b := &out.Body
	b.Room, b.Label, b.First, b.Last, b.Total, b.Why = n.Room, labels[n.Room], n.First, n.Last, n.Total, n.Why
	b.Months = make([]NextMonthJSON, len(n.Months))
	for i, m := range n.Months {
		b.Months[i] = NextMonthJSON(m)
	}
	return out, err
}
