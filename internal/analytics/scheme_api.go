package analytics

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

type schemeJSON struct {
	From    clock.Month `json:"from" doc:"从哪个月起"`
	Kind    string      `json:"kind" enum:"lump,commission" doc:"lump 包干制，commission 酬金制"`
	Rate    int64       `json:"rate" doc:"酬金占收入的比例，万分之一；按固定金额时为 0"`
	Monthly money.Fen   `json:"monthly" doc:"每月固定酬金，分；按比例时为 0"`
	Opening money.Fen   `json:"opening" doc:"转入的业主结余，分；负数为不足"`
	Source  string      `json:"source" doc:"依据"`
	Words   string      `json:"words" doc:"一句话说明"`
	By      string      `json:"by"`
	At      time.Time   `json:"at"`
	Version int         `json:"version"`
}

func toScheme(x *Scheme) schemeJSON {
	return schemeJSON{x.From, string(x.Kind), x.Rate, x.Monthly, x.Opening, x.Source, x.Words(), x.By, x.At.In(clock.Shanghai()), x.Version}
}

type schemesOut struct {
	Body struct {
		Items []schemeJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) apiSchemes(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*schemesOut, error) {
	list, err := s.Schemes(ctx, s.db.Reader(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	out := &schemesOut{}
	out.Body.Items = make([]schemeJSON, len(list))
	for i := range list {
		out.Body.Items[i] = toScheme(&list[i])
	}
	return out, nil
}

func (s *Service) apiSetScheme(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    struct {
		From    clock.Month `json:"from" doc:"从哪个月起，到下一种计费方式为止"`
		Kind    string      `json:"kind" enum:"lump,commission" doc:"lump 包干制，commission 酬金制"`
		Rate    int64       `json:"rate,omitempty" minimum:"0" maximum:"10000" doc:"酬金占收入的比例，万分之一"`
		Monthly money.Fen   `json:"monthly,omitempty" minimum:"0" doc:"或每月固定酬金，分"`
		Opening money.Fen   `json:"opening,omitempty" doc:"开始时转入的业主结余，分；负数为不足"`
		Source  string      `json:"source,omitempty" maxLength:"200" doc:"依据，如物业服务合同第几条"`
		Version int         `json:"version,omitempty" doc:"改同一个月的填它的版本，新的不填"`
	}
}) (*struct{ Body schemeJSON }, error) {
	b := &in.Body
	x, err := s.SetScheme(ctx, who, in.Project, Scheme{From: b.From, Kind: SchemeKind(b.Kind), Rate: b.Rate, Monthly: b.Monthly, Opening: b.Opening,
		Source: b.Source, Version: b.Version})
	if err != nil {
		return nil, err
	}
	return &struct{ Body schemeJSON }{toScheme(&x)}, nil
}

type trustJSON struct {
	Words   string         `json:"words" doc:"计费方式"`
	Means   string         `json:"means" doc:"口径"`
	Opening reportLineJSON `json:"opening" doc:"上期结转；合计为期初"`
	Income  reportLineJSON `json:"income" doc:"代管资金收入"`
	Cost    reportLineJSON `json:"cost" doc:"代管资金支出"`
	Fee     reportLineJSON `json:"fee" doc:"企业酬金"`
	Balance reportLineJSON `json:"balance" doc:"结转下期，负数为不足；合计为期末"`
	Company reportLineJSON `json:"company" doc:"企业所得：酬金，包干制的月份为盈亏"`
	Hows    []string       `json:"hows" nullable:"false" doc:"各月酬金怎么算的，包干制的月份为空"`
}

// trustMeans is the definition printed beside the figures.
const trustMeans = "酬金制下，预收的物业服务资金为代管性质，归交费的业主所有；扣除酬金和支出后的结余或不足，由业主享有或承担（发改价格〔2003〕1864号第九、十二条）。"

func toTrust(t *Trust) *trustJSON {
	if t == nil {
		return nil
	}
	return &trustJSON{t.Words, trustMeans, toLine(&t.Opening), toLine(&t.Income), toLine(&t.Cost), toLine(&t.Fee), toLine(&t.Balance), toLine(&t.Company), t.Hows}
}
