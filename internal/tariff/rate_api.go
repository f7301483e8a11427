package tariff

import (
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// RateFields are what people fill in of a rate.
type RateFields struct {
	From       clock.Date  `json:"from_date" doc:"从哪天起执行（含）"`
	Price      money.Price `json:"price,omitempty" minimum:"0" maximum:"1000000000000" doc:"单价，百万分之一元"`
	Formula    string      `json:"formula,omitempty" maxLength:"500" doc:"公式，只用于按公式计算的项目"`
	SourceKind string      `json:"source_kind" enum:"filing,contract,vote,other" doc:"依据：备案、合同、业主大会表决、其他"`
	SourceText string      `json:"source_text" minLength:"2" maxLength:"200" doc:"依据的文号或说明"`
	Tariff     *TariffJSON `json:"tariff,omitempty" doc:"阶梯和分时价格，只用于按用量的项目；没有则为单一价格"`
}

type rateJSON struct {
	ID id.ID `json:"id"`
	RateFields
	PriceText string `json:"price_text" doc:"单价，元，如 2.35"`
	CreatedBy string `json:"created_by" doc:"谁录入的"`
}

func toRate(r *Rate) rateJSON {
	return rateJSON{r.ID, RateFields{r.From, r.Price, r.Formula, r.SourceKind, r.SourceText, toTariff(r.Tariff)}, r.Price.String(), r.CreatedBy}
}

type ratesOut struct {
	Body struct {
		Items []rateJSON `json:"items" nullable:"false" doc:"按执行日期从早到晚；同一天的以后录入的为准"`
	}
}

func (s *Service) listRatesAPI(ctx context.Context, _ actor.Actor, in *itemIn) (*ratesOut, error) {
	q := s.db.Reader(ctx)
	if _, err := s.Item(ctx, q, in.Project, in.Item); err != nil {
		return nil, err
	}
	list, err := s.Rates(ctx, q, in.Project, in.Item)
	if err != nil {
		return nil, err
	}
	out := &ratesOut{}
	out.Body.Items = make([]rateJSON, len(list))
	for i := range list {
		out.Body.Items[i] = toRate(&list[i])
	}
	return out, nil
}

type addRateIn struct {
	Project id.ID `path:"project"`
	Item    id.ID `path:"item"`
	Body    RateFields
}

type rateOut struct{ Body rateJSON }

func (s *Service) addRateAPI(ctx context.Context, who actor.Actor, in *addRateIn) (*rateOut, error) {
	b := in.Body
	r := Rate{Item: in.Item, From: b.From, Price: b.Price, Formula: b.Formula, SourceKind: b.SourceKind, SourceText: b.SourceText, Tariff: b.Tariff.rules()}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		r, err = s.AddRate(ctx, tx, who, in.Project, r)
		return err
	})
	return &rateOut{toRate(&r)}, err
}
