package latefee

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/latefee/penalty"
)

// LateTermsFields are what a person enters of terms of late fees.
type LateTermsFields struct {
	From      clock.Date `json:"from_date" doc:"从哪天到期的费用起"`
	Daily     int64      `json:"daily" minimum:"0" maximum:"1000000" doc:"日利率，亿分之一；万分之五为 50000，0 为不再计"`
	GraceDays int        `json:"grace_days,omitempty" minimum:"0" maximum:"365" doc:"宽限几天"`
	Grace     string     `json:"grace" enum:"from_due,excluded" doc:"from_due 过了宽限期从应缴日算起，excluded 宽限期内的天数不计"`
	Cap       string     `json:"cap" enum:"none,principal,lpr4" doc:"上限：没有、不超过本金、不超过一年期 LPR 的四倍"`
	Next      bool       `json:"next_workday,omitempty" doc:"到期日是休息日的，顺延到下一个工作日再算逾期（民法典 203）"`
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

func toLateTerms(t *Terms, rates []penalty.LPR) lateTermsJSON {
	return lateTermsJSON{ID: t.ID, LateTermsFields: LateTermsFields{t.From, int64(t.Daily), t.GraceDays, string(t.Grace), string(t.Cap), t.NextWorkday, t.Source},
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
	list, err := s.Terms(ctx, q, in.Project, in.Item)
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
	t := Terms{Item: in.Item, From: b.From, Source: b.Source, Terms: penalty.Terms{Daily: penalty.Daily(b.Daily), GraceDays: b.GraceDays,
		Grace: penalty.Grace(b.Grace), Cap: penalty.Cap(b.Cap), NextWorkday: b.Next}}
	out := &oneLateTermsOut{}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		made, err := s.AddTerms(ctx, tx, who, in.Project, t)
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
