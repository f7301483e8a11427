package latefee

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

type waiverJSON struct {
	ID        id.ID       `json:"id"`
	Number    string      `json:"number" doc:"减免单号，批准后才有"`
	Kind      string      `json:"kind" enum:"late,charge" doc:"late 违约金，charge 费用"`
	Charge    id.ID       `json:"charge_id"`
	ItemName  string      `json:"item_name"`
	Month     clock.Month `json:"month"`
	Room      id.ID       `json:"room_id"`
	Label     string      `json:"room_label"`
	Amount    money.Fen   `json:"amount" doc:"减免多少，分"`
	Reason    string      `json:"reason"`
	Proof     string      `json:"proof" doc:"依据或证明"`
	State     string      `json:"state" enum:"asked,approved,refused,withdrawn" doc:"待批准、已批准、已退回、已撤回"`
	AskedBy   string      `json:"asked_by"`
	AskedAt   time.Time   `json:"asked_at"`
	DecidedBy string      `json:"decided_by" doc:"谁批的；还没批则为空"`
	DecidedAt *time.Time  `json:"decided_at,omitempty"`
	Note      string      `json:"note" doc:"批示"`
	Mine      bool        `json:"mine" doc:"是我提出的，不能自己批"`
	Version   int         `json:"version" doc:"批准、退回、撤回时原样带回"`
}

func (s *Service) waiverList(ctx context.Context, q db.Q, who actor.Actor, project id.ID, list []Waiver) ([]waiverJSON, error) {
	charges, rooms := make([]id.ID, len(list)), make([]id.ID, len(list))
	for i := range list {
		charges[i], rooms[i] = list[i].Charge, list[i].Room
	}
	known, err := s.billing.Named(ctx, q, project, charges)
	if err != nil {
		return nil, err
	}
	labels, err := s.estate.Labels(ctx, q, project, rooms)
	if err != nil {
		return nil, err
	}
	out := make([]waiverJSON, len(list))
	for i := range list {
		w, c := &list[i], known[list[i].Charge]
		out[i] = waiverJSON{ID: w.ID, Number: w.Number, Kind: string(w.Kind), Charge: w.Charge, ItemName: c.ItemName, Month: c.Month, Room: w.Room,
			Label: labels[w.Room], Amount: w.Amount, Reason: w.Reason, Proof: w.Proof, State: string(w.State), AskedBy: w.Asker,
			AskedAt: w.AskedAt.In(clock.Shanghai()), DecidedBy: w.Decided.Name, Note: w.Decided.Note, Mine: w.AskedBy == who.Account, Version: w.Version}
		if !w.Decided.At.IsZero() {
			at := w.Decided.At.In(clock.Shanghai())
			out[i].DecidedAt = &at
		}
	}
	return out, nil
}

type waiversOut struct{ Body page.List[waiverJSON] }

func (s *Service) listWaiversAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	page.Request
	State string `query:"state" enum:"asked,approved,refused,withdrawn" doc:"空为全部"`
	Room  id.ID  `query:"room_id" doc:"只看一间房的"`
}) (*waiversOut, error) {
	q := s.db.Reader(ctx)
	l, err := s.Waivers(ctx, q, in.Project, WaiverFilter{in.Request, WaiverState(in.State), in.Room})
	if err != nil {
		return nil, err
	}
	rows, err := s.waiverList(ctx, q, who, in.Project, l.Items)
	return &waiversOut{page.List[waiverJSON]{Items: rows, Next: l.Next}}, err
}

type askWaiversIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Kind  string `json:"kind" enum:"late,charge" doc:"late 违约金，charge 费用"`
		Lines []struct {
			Charge id.ID     `json:"charge_id"`
			Amount money.Fen `json:"amount,omitempty" minimum:"0" doc:"减免多少，分；不填为现在欠的全部"`
		} `json:"lines" minItems:"1" maxItems:"100" nullable:"false"`
		Reason string `json:"reason" minLength:"2" maxLength:"200"`
		Proof  string `json:"proof,omitempty" maxLength:"200" doc:"依据或证明"`
	}
}

func (s *Service) askWaiversAPI(ctx context.Context, who actor.Actor, in *askWaiversIn) (*waiversOut, error) {
	out := &waiversOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var made []Waiver
		for _, l := range in.Body.Lines {
			w, err := s.AskWaiver(ctx, tx, who, in.Project, Waiver{Kind: WaiverKind(in.Body.Kind), Charge: l.Charge, Amount: l.Amount, Reason: in.Body.Reason,
				Proof: in.Body.Proof})
			if err != nil {
				return err
			}
			made = append(made, w)
		}
		var err error
		out.Body.Items, err = s.waiverList(ctx, tx, who, in.Project, made)
		return err
	})
	return out, err
}

type decideWaiverIn struct {
	Project id.ID `path:"project"`
	Waiver  id.ID `path:"waiver"`
	Body    struct {
		Note    string `json:"note,omitempty" maxLength:"200" doc:"批示；退回时必填"`
		Version int    `json:"version" doc:"读到的版本"`
	}
}

type waiverOut struct{ Body waiverJSON }

func (s *Service) waiverAnswer(ctx context.Context, who actor.Actor, project id.ID, fn func(tx *db.Tx) (Waiver, error)) (*waiverOut, error) {
	out := &waiverOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		w, err := fn(tx)
		if err != nil {
			return err
		}
		list, err := s.waiverList(ctx, tx, who, project, []Waiver{w})
		if err == nil {
			out.Body = list[0]
		}
		return err
	})
	return out, err
}

func (s *Service) approveWaiverAPI(ctx context.Context, who actor.Actor, in *decideWaiverIn) (*waiverOut, error) {
	return s.waiverAnswer(ctx, who, in.Project, func(tx *db.Tx) (Waiver, error) {
		return s.DecideWaiver(ctx, tx, who, in.Project, in.Waiver, true, in.Body.Note, in.Body.Version)
	})
}

func (s *Service) refuseWaiverAPI(ctx context.Context, who actor.Actor, in *decideWaiverIn) (*waiverOut, error) {
	return s.waiverAnswer(ctx, who, in.Project, func(tx *db.Tx) (Waiver, error) {
		return s.DecideWaiver(ctx, tx, who, in.Project, in.Waiver, false, in.Body.Note, in.Body.Version)
	})
}

func (s *Service) withdrawWaiverAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Waiver  id.ID `path:"waiver"`
	Body    struct {
		Version int `json:"version" doc:"读到的版本"`
	}
}) (*waiverOut, error) {
	return s.waiverAnswer(ctx, who, in.Project, func(tx *db.Tx) (Waiver, error) {
		return s.WithdrawWaiver(ctx, tx, who, in.Project, in.Waiver, in.Body.Version)
	})
}
