package billing

import (
	"context"
	"fmt"

	"linli/internal/billing/penalty"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
	"linli/internal/tariff"
)

func (s *Service) lateRoutes(w *web.Server) {
	const in = "/projects/{project}"
	route(w, "list-late-terms", "GET", in+"/items/{item}/late-terms", "列出一项费用的违约金约定", PermRead, s.listLateTermsAPI)
	route(w, "add-late-terms", "POST", in+"/items/{item}/late-terms", "录入从某天到期起的违约金约定", tariff.PermItem, s.addLateTermsAPI)
	route(w, "list-lprs", "GET", in+"/lprs", "列出一年期 LPR", PermRead, s.listLPRsAPI)
	route(w, "add-lpr", "POST", in+"/lprs", "录入新公布的一年期 LPR", tariff.PermItem, s.addLPRAPI)
	route(w, "list-late-fees", "GET", in+"/rooms/{room}/late-fees", "一间房到某天的违约金，逐笔说明", PermRead, s.listLateFeesAPI)
	route(w, "list-waivers", "GET", in+"/waivers", "列出减免", PermRead, s.listWaiversAPI)
	route(w, "ask-waivers", "POST", in+"/waivers", "申请减免违约金或费用，批准后才生效", PermWaiverAsk, s.askWaiversAPI)
	route(w, "approve-waiver", "POST", in+"/waivers/{waiver}/approve", "批准减免（申请人不能自己批）", PermWaiver, s.approveWaiverAPI)
	route(w, "refuse-waiver", "POST", in+"/waivers/{waiver}/refuse", "退回减免", PermWaiver, s.refuseWaiverAPI)
	route(w, "withdraw-waiver", "POST", in+"/waivers/{waiver}/withdraw", "撤回还没批的减免", PermWaiverAsk, s.withdrawWaiverAPI)
}

// LateTermsFields are what a person enters of terms of late fees.
type LateTermsFields struct {
	From      clock.Date `json:"from_date" doc:"从哪天到期的费用起"`
	Daily     int64      `json:"daily" minimum:"0" maximum:"1000000" doc:"日利率，亿分之一；万分之五为 50000，0 为不再计"`
	GraceDays int        `json:"grace_days,omitempty" minimum:"0" maximum:"365" doc:"宽限几天"`
	Grace     string     `json:"grace" enum:"from_due,excluded" doc:"from_due 过了宽限期从应缴日算起，excluded 宽限期内的天数不计"`
	Cap       string     `json:"cap" enum:"none,principal,lpr4" doc:"上限：没有、不超过本金、不超过一年期 LPR 的四倍"`
	Source    string     `json:"source" minLength:"2" maxLength:"200" doc:"依据，如 物业服务合同第十二条"`
}

type lateTermsJSON struct {
	ID id.ID `json:"id"`
	LateTermsFields
	Percent   string `json:"percent" doc:"日利率，如 0.05%"`
	CapName   string `json:"cap_name"`
	Warning   string `json:"warning" doc:"约定高于 LPR 四倍时的提醒，没有则为空"`
	CreatedBy string `json:"created_by"`
}

func toLateTerms(t *LateTerms, rates []penalty.LPR) lateTermsJSON {
	return lateTermsJSON{ID: t.ID, LateTermsFields: LateTermsFields{t.From, int64(t.Daily), t.GraceDays, string(t.Grace), string(t.Cap), t.Source},
		Percent: t.Daily.Percent(), CapName: t.Cap.Name(), Warning: t.AboveLPR(rates), CreatedBy: t.CreatedBy}
}

type lateTermsIn struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item"`
}

type lateTermsOut struct {
	Body struct {
		Items []lateTermsJSON `json:"items" nullable:"false" doc:"按起始日从早到晚"`
	}
}

func (s *Service) listLateTermsAPI(ctx context.Context, _ actor.Actor, in *lateTermsIn) (*lateTermsOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.tariff.Item(ctx, q, in.Project, in.Item); err != nil {
		return nil, err
	}
	list, err := s.LateTerms(ctx, q, in.Project, in.Item)
	if err != nil {
		return nil, err
	}
	rates, err := s.LPRs(ctx, q, in.Project)
	out := &lateTermsOut{}
	out.Body.Items = make([]lateTermsJSON, len(list))
	for i := range list {
		out.Body.Items[i] = toLateTerms(&list[i], rates)
	}
	return out, err
}

type oneLateTermsOut struct{ Body lateTermsJSON }

func (s *Service) addLateTermsAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item"`
	Body    LateTermsFields
}) (*oneLateTermsOut, error) {
	b := &in.Body
	t := LateTerms{Item: in.Item, From: b.From, Source: b.Source, Terms: penalty.Terms{Daily: penalty.Daily(b.Daily), GraceDays: b.GraceDays,
		Grace: penalty.Grace(b.Grace), Cap: penalty.Cap(b.Cap)}}
	out := &oneLateTermsOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		made, err := s.AddLateTerms(ctx, tx, who, in.Project, t)
		if err != nil {
			return err
		}
		rates, err := s.LPRs(ctx, tx, in.Project)
		out.Body = toLateTerms(&made, rates)
		return err
	})
	return out, err
}

type lprJSON struct {
	From   clock.Date `json:"from_date" doc:"从哪天起"`
	Rate   int64      `json:"rate" minimum:"1" maximum:"2000" doc:"年利率，万分之一；3.10% 为 310"`
	Source string     `json:"source" minLength:"2" maxLength:"200" doc:"出处"`
}

type lprsOut struct {
	Body struct {
		Items []lprJSON `json:"items" nullable:"false" doc:"按日期从早到晚"`
	}
}

func (s *Service) listLPRsAPI(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*lprsOut, error) {
	list, err := s.LPRs(ctx, s.db.Reader(ctx), in.Project)
	out := &lprsOut{}
	out.Body.Items = make([]lprJSON, len(list))
	for i, r := range list {
		out.Body.Items[i] = lprJSON(r)
	}
	return out, err
}

func (s *Service) addLPRAPI(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    lprJSON
}) (*struct{ Body lprJSON }, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.AddLPR(ctx, tx, who, in.Project, penalty.LPR(in.Body)) })
	return &struct{ Body lprJSON }{in.Body}, err
}

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
func ToLateFee(f *LateFee) LateFeeJSON {
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
	list, err := s.LateFees(ctx, q, in.Project, []id.ID{in.Room}, on)
	out := &lateFeesOut{}
	out.Body.On, out.Body.Items = on, []LateFeeJSON{}
	for i := range list {
		out.Body.Items = append(out.Body.Items, ToLateFee(&list[i]))
		out.Body.Left += list[i].Left()
	}
	return out, err
}

// withLate adds to charges of a list what being late has cost by today.
func (s *Service) withLate(ctx context.Context, q db.Q, project id.ID, list []chargeJSON) error {
	var rooms []id.ID
	seen := map[id.ID]bool{}
	for i := range list {
		if r := list[i].Room; list[i].DaysOver > 0 && !seen[r] {
			seen[r] = true
			rooms = append(rooms, r)
		}
	}
	fees, err := s.LateFees(ctx, q, project, rooms, s.today())
	if err != nil {
		return fmt.Errorf("late fees of list: %w", err)
	}
	left := map[id.ID]money.Fen{}
	for i := range fees {
		left[fees[i].Charge.ID] = fees[i].Left()
	}
	for i := range list {
		list[i].LateFee = left[list[i].ID]
	}
	return nil
}
