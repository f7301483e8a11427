package billing

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// RunJSON is a run in answers; exported because huma skips embedded unexported
// structs.
type RunJSON struct {
	ID           id.ID       `json:"id"`
	Month        clock.Month `json:"month" doc:"账期"`
	State        string      `json:"state" enum:"generating,draft,empty,releasing,released,withdrawing,withdrawn" doc:"正在出账、待审核、没有可出的、正在发布、已发布、正在撤回、已撤回"`
	Parts        int         `json:"parts" doc:"这一步分成几批"`
	PartsDone    int         `json:"parts_done" doc:"已完成几批"`
	Rooms        int64       `json:"rooms" doc:"出了账的房屋数"`
	Lines        int64       `json:"lines" doc:"条数，不含「不收」的"`
	Amount       money.Fen   `json:"amount" doc:"合计，分，不含「不收」的"`
	HeldLines    int64       `json:"held_lines" doc:"暂缓条数"`
	HeldAmount   money.Fen   `json:"held_amount" doc:"暂缓金额"`
	DroppedLines int64       `json:"dropped_lines" doc:"不收条数"`
	Faults       int64       `json:"faults" doc:"没能算出的条数"`
	Problem      string      `json:"problem" doc:"中断过的原因；没有则为空"`
	CreatedBy    string      `json:"created_by"`
	CreatedAt    time.Time   `json:"created_at"`
	GeneratedAt  *time.Time  `json:"generated_at,omitempty" doc:"生成完的时刻"`
	ReleasedBy   string      `json:"released_by"`
	ReleasedAt   *time.Time  `json:"released_at,omitempty"`
	WithdrawnBy  string      `json:"withdrawn_by"`
	WithdrawnAt  *time.Time  `json:"withdrawn_at,omitempty"`
	Reason       string      `json:"reason" doc:"撤回的原因"`
	Version      int         `json:"version" doc:"发布和撤回时原样带回"`
}

func toRun(r *Run) RunJSON {
	zone := clock.Shanghai()
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.In(zone)
		return &t
	}
	return RunJSON{ID: r.ID, Month: r.Month, State: string(r.State), Parts: r.Parts, PartsDone: r.PartsDone, Rooms: r.Rooms, Lines: r.Lines,
		Amount: r.Amount, HeldLines: r.HeldLines, HeldAmount: r.HeldAmount, DroppedLines: r.DroppedLines, Faults: r.Faults, Problem: r.Problem,
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.In(zone), GeneratedAt: at(r.GeneratedAt), ReleasedBy: r.ReleasedBy,
		ReleasedAt: at(r.ReleasedAt), WithdrawnBy: r.WithdrawnBy, WithdrawnAt: at(r.WithdrawnAt), Reason: r.Reason, Version: r.Version}
}

type listRunsIn struct {
	Project id.ID `path:"project"`
	page.Request
	Month string `query:"month" pattern:"^\\d{4}-\\d{2}$" example:"2026-11" doc:"账期"`
}

// monthParam reads a month of the query by hand, because huma takes named
// integers there for plain ones.
func monthParam(location, text string) (clock.Month, error) {
	if text == "" {
		return 0, nil
	}
	m, err := clock.ParseMonth(text)
	if err != nil {
		return 0, ErrPeriod.At(location, "应写成 2026-11", text)
	}
	return m, nil
}

type runsOut struct{ Body page.List[RunJSON] }

func (s *Service) listRunsAPI(ctx context.Context, _ actor.Actor, in *listRunsIn) (*runsOut, error) {
	month, err := monthParam("query.month", in.Month)
	if err != nil {
		return nil, err
	}
	l, err := s.Runs(ctx, s.db.Reader(ctx), in.Project, month, in.Request)
	if err != nil {
		return nil, err
	}
	out := &runsOut{page.List[RunJSON]{Items: make([]RunJSON, len(l.Items)), Next: l.Next}}
	for i := range l.Items {
		out.Body.Items[i] = toRun(&l.Items[i])
	}
	return out, nil
}

type startRunIn struct {
	Project id.ID `path:"project"`
	Body    struct {
		Month clock.Month `json:"month" doc:"账期，如 2026-11；最晚到下个月"`
	}
}

type runOut struct{ Body RunJSON }

func (s *Service) startRunAPI(ctx context.Context, who actor.Actor, in *startRunIn) (*runOut, error) {
	r, err := s.StartRun(ctx, who, in.Project, in.Body.Month)
	return &runOut{toRun(&r)}, err
}

type runIn struct {
	Project id.ID `path:"project"`
	Run     id.ID `path:"run"`
}

type reviewOut struct {
	Body struct {
		RunJSON
		LastAmount money.Fen   `json:"last_amount" doc:"上期出账，分；本次 = 上期 + 各原因之和"`
		Causes     []causeJSON `json:"causes" nullable:"false" doc:"为什么不一样"`
		Items      []sumJSON   `json:"items" nullable:"false" doc:"按费用项目"`
		ToRelease  money.Fen   `json:"to_release" doc:"现在发布的金额，不含暂缓"`
		RoomsBill  int64       `json:"rooms_to_bill" doc:"现在发布会收到账单的房屋数"`
		Due        clock.Date  `json:"due_date" doc:"到期日"`
	}
}

type causeJSON struct {
	Cause  string    `json:"cause" enum:"price,area,new,ended,part_month,formula,correction,fault,other,discount,quantity"`
	Label  string    `json:"label" doc:"原因，如 单价调整"`
	Note   string    `json:"note" doc:"说明，如 物业服务费 2.2 → 2.35 元/㎡·月"`
	Lines  int64     `json:"lines" doc:"条数"`
	Amount money.Fen `json:"amount" doc:"使合计增减多少，分"`
}

type sumJSON struct {
	Item   id.ID     `json:"item_id"`
	Name   string    `json:"name"`
	Lines  int64     `json:"lines"`
	Last   money.Fen `json:"last_amount" doc:"上期，分"`
	Amount money.Fen `json:"amount" doc:"本次，分"`
}

func (s *Service) readRunAPI(ctx context.Context, _ actor.Actor, in *runIn) (*reviewOut, error) {
	v, err := s.Review(ctx, s.db.Reader(ctx), in.Project, in.Run)
	if err != nil {
		return nil, err
	}
	out := &reviewOut{}
	b := &out.Body
	b.RunJSON, b.LastAmount, b.ToRelease, b.RoomsBill, b.Due = toRun(&v.Run), v.LastAmount, v.ToRelease, v.RoomsBill, v.Due
	b.Causes, b.Items = make([]causeJSON, len(v.Causes)), make([]sumJSON, len(v.Items))
	for i, c := range v.Causes {
		b.Causes[i] = causeJSON{c.Cause.Word(), c.Cause.Label(), c.Note, c.Lines, c.Amount}
	}
	for i, it := range v.Items {
		b.Items[i] = sumJSON{it.Item, it.Name, it.Lines, it.Last, it.Amount}
	}
	return out, nil
}

type releaseRunIn struct {
	Project id.ID `path:"project"`
	Run     id.ID `path:"run"`
	Body    struct {
		Version int `json:"version" doc:"审核时看到的版本；变了就拒绝"`
	}
}

func (s *Service) releaseRunAPI(ctx context.Context, who actor.Actor, in *releaseRunIn) (*runOut, error) {
	r, err := s.Release(ctx, who, in.Project, in.Run, in.Body.Version)
	return &runOut{toRun(&r)}, err
}

type withdrawRunIn struct {
	Project id.ID `path:"project"`
	Run     id.ID `path:"run"`
	Body    struct {
		Version int    `json:"version" doc:"读到的版本"`
		Reason  string `json:"reason" minLength:"2" maxLength:"200" doc:"为什么撤回"`
	}
}

func (s *Service) withdrawRunAPI(ctx context.Context, who actor.Actor, in *withdrawRunIn) (*runOut, error) {
	r, err := s.Withdraw(ctx, who, in.Project, in.Run, in.Body.Version, in.Body.Reason)
	return &runOut{toRun(&r)}, err
}
