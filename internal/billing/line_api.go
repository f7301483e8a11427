package billing

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

type listLinesIn struct {
	Project id.ID `path:"project"`
	Run     id.ID `path:"run"`
	page.Request
	Item id.ID  `query:"item_id" doc:"费用项目"`
	Room id.ID  `query:"room_id" doc:"房屋"`
	Hold string `query:"hold" enum:"normal,held,dropped" doc:"正常、暂缓、不收；空为全部"`
}

type chargesOut struct{ Body page.List[chargeJSON] }

func (s *Service) listLinesAPI(ctx context.Context, _ actor.Actor, in *listLinesIn) (*chargesOut, error) {
	q := s.db.Reader(ctx)
	hold := map[string]Hold{"": AnyHold, "normal": Normal, "held": Held, "dropped": Dropped}[in.Hold]
	l, err := s.Lines(ctx, q, in.Project, in.Run, LineFilter{in.Request, in.Item, in.Room, hold})
	if err != nil {
		return nil, err
	}
	items, err := s.named(ctx, q, in.Project, l.Items)
	return &chargesOut{page.List[chargeJSON]{Items: items, Next: l.Next}}, err
}

type lookJSON struct {
	ID     id.ID       `json:"id"`
	Kind   string      `json:"kind" enum:"fault,change" doc:"没能算出、变化大"`
	Charge id.ID       `json:"charge_id" doc:"没能算出的为空"`
	Room   id.ID       `json:"room_id" doc:"空为所有房屋"`
	Label  string      `json:"room_label"`
	Item   id.ID       `json:"item_id"`
	Name   string      `json:"item_name"`
	Month  clock.Month `json:"month"`
	Reason string      `json:"reason"`
	Last   money.Fen   `json:"last_amount" doc:"上期，分"`
	Amount money.Fen   `json:"amount" doc:"本次，分"`
	Hold   string      `json:"hold" enum:"normal,held,dropped" doc:"正常、暂缓、不收"`
	Meter  bool        `json:"metered" doc:"按用量的费用：没能算出时要去抄表或复核读数"`
}

type looksOut struct{ Body page.List[lookJSON] }

func (s *Service) listLooksAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Run     id.ID `path:"run"`
	page.Request
}) (*looksOut, error) {
	q := s.db.Reader(ctx)
	l, err := s.Looks(ctx, q, in.Project, in.Run, in.Request)
	if err != nil {
		return nil, err
	}
	var rooms []id.ID
	for _, x := range l.Items {
		if x.Room != 0 {
			rooms = append(rooms, x.Room)
		}
	}
	labels, err := s.estate.Labels(ctx, q, in.Project, rooms)
	if err != nil {
		return nil, err
	}
	out := &looksOut{page.List[lookJSON]{Items: make([]lookJSON, len(l.Items)), Next: l.Next}}
	for i, x := range l.Items {
		out.Body.Items[i] = lookJSON{x.ID, word(x.Fault, "fault", "change"), x.Charge, x.Room, labels[x.Room], x.Item, x.Name, x.Month,
			x.Reason, x.Last, x.Amount, x.Hold.word(), x.Metered}
	}
	return out, nil
}

func (h Hold) word() string {
	switch h {
	case Held:
		return "held"
	case Dropped:
		return "dropped"
	}
	return "normal"
}

type chargeOut struct{ Body chargeJSON }

func (s *Service) lineAnswer(ctx context.Context, project id.ID, c Charge, err error) (*chargeOut, error) {
	if err != nil {
		return nil, err
	}
	list, err := s.named(ctx, s.db.Reader(ctx), project, []Charge{c})
	if err != nil {
		return nil, err
	}
	return &chargeOut{list[0]}, nil
}

type correctIn struct {
	Project id.ID `path:"project"`
	Run     id.ID `path:"run"`
	Charge  id.ID `path:"charge"`
	Body    struct {
		Seen   money.Fen `json:"seen_amount" doc:"改之前看到的金额，分；变了就拒绝"`
		Amount money.Fen `json:"amount" minimum:"1" maximum:"10000000000" doc:"改成多少，分"`
		Reason string    `json:"reason" minLength:"2" maxLength:"200" doc:"原因"`
	}
}

func (s *Service) correctAPI(ctx context.Context, who actor.Actor, in *correctIn) (*chargeOut, error) {
	c, err := s.Correct(ctx, who, in.Project, in.Run, in.Charge, in.Body.Seen, in.Body.Amount, in.Body.Reason)
	return s.lineAnswer(ctx, in.Project, c, err)
}

type lineIn struct {
	Project id.ID `path:"project"`
	Run     id.ID `path:"run"`
	Charge  id.ID `path:"charge"`
	Body    struct {
		Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"原因"`
	}
}

type lineCommand func(ctx context.Context, who actor.Actor, project, run, charge id.ID, reason string) (Charge, error)

func (s *Service) lineAPI(do lineCommand) func(context.Context, actor.Actor, *lineIn) (*chargeOut, error) {
	return func(ctx context.Context, who actor.Actor, in *lineIn) (*chargeOut, error) {
		c, err := do(ctx, who, in.Project, in.Run, in.Charge, in.Body.Reason)
		return s.lineAnswer(ctx, in.Project, c, err)
	}
}
