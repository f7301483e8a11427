package analytics

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type bookMonthJSON struct {
	Month      clock.Month `json:"month"`
	State      string      `json:"state" enum:"open,closed"`
	Income     money.Fen   `json:"income" doc:"分"`
	Cost       money.Fen   `json:"cost" doc:"分"`
	Waiting    int64       `json:"waiting" doc:"这个月还没批的支出单"`
	ClosedBy   string      `json:"closed_by"`
	ClosedAt   *time.Time  `json:"closed_at,omitempty"`
	ReopenedBy string      `json:"reopened_by"`
	Reason     string      `json:"reason" doc:"反结账的原因"`
	MayClose   bool        `json:"may_close" doc:"已结束，且上个月已月结或没有账"`
	MayReopen  bool        `json:"may_reopen" doc:"是最近一个已月结的月份"`
}

type bookMonthsOut struct {
	Body struct {
		Items []bookMonthJSON `json:"items" nullable:"false"`
	}
}

type monthsIn struct {
	Project id.ID `path:"project"`
}

func (s *Service) apiMonths(ctx context.Context, _ actor.Actor, in *monthsIn) (*bookMonthsOut, error) {
	list, err := s.Months(ctx, in.Project)
	if err != nil {
		return nil, err
	}
	out := &bookMonthsOut{}
	out.Body.Items = []bookMonthJSON{}
	for _, b := range list {
		j := bookMonthJSON{Month: b.Month, State: string(b.State), Income: b.Income, Cost: b.Cost, Waiting: b.Waiting, ClosedBy: b.ClosedBy,
			ReopenedBy: b.ReopenedBy, Reason: b.Reason, MayClose: b.MayClose, MayReopen: b.MayReopen}
		if b.ClosedBy != "" {
			at := b.ClosedAt.In(clock.Shanghai())
			j.ClosedAt = &at
		}
		out.Body.Items = append(out.Body.Items, j)
	}
	return out, nil
}

func (s *Service) apiClose(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Month clock.Month `json:"month"`
	}
}) (*bookMonthsOut, error) {
	if err := s.CloseMonth(ctx, who, in.Project, in.Body.Month); err != nil {
		return nil, err
	}
	return s.apiMonths(ctx, who, &monthsIn{in.Project})
}

func (s *Service) apiReopen(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		Month  clock.Month `json:"month"`
		Reason string      `json:"reason" minLength:"2" maxLength:"200"`
	}
}) (*bookMonthsOut, error) {
	if err := s.ReopenMonth(ctx, who, in.Project, in.Body.Month, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.apiMonths(ctx, who, &monthsIn{in.Project})
}
