package series

import (
	"context"
	"net/http"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
	"linli/internal/ledger"
)

// Routes registers the operations of the room.
func (s *Service) Routes(w *web.Server) {
	const in = "/projects/{project}/series"
	web.Handle(w, web.Op{ID: "list-series", Method: http.MethodGet, Path: in, Tag: "cashier",
		Permission: cashier.PermRead, Summary: "单据编号：每种单据今年已发到几号、下一号是什么"}, s.apiSeries)
	web.Handle(w, web.Op{ID: "set-series-prefix", Method: http.MethodPut, Path: in + "/{series}", Tag: "cashier",
		Permission: cashier.PermSetting, Summary: "改一种单据的字头，只限还没有发过号的年份"}, s.apiSetPrefix)
}

type seriesJSON struct {
	Series     string `json:"series" doc:"哪种单据：SJ 收据、RJ 交班单、YK 押金扣款单、CJ 催缴单、DS 单笔收费单、YH 应收红冲单、BC 补差单、TF 提前终止退费单、YT 押金退还单、JM 减免单、ZC 支出单、ZH 支出红冲单"`
	Prefix     string `json:"prefix" doc:"今年的字头"`
	NextPrefix string `json:"next_prefix" doc:"明年的字头"`
	Year       int    `json:"year" doc:"今年；每年从 1 起"`
	Last       int64  `json:"last" doc:"今年已发到第几号，连续不断；0 为还没有发过"`
	Next       string `json:"next" doc:"下一张的编号，如 SJ2026-000124"`
}

type seriesOut struct {
	Body struct {
		Items []seriesJSON `json:"items" nullable:"false"`
	}
}

func (s *Service) apiSeries(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*seriesOut, error) {
	return s.seriesOf(ctx, in.Project)
}

func (s *Service) seriesOf(ctx context.Context, project id.ID) (*seriesOut, error) {
	q := s.db.Reader(ctx)
	stands, err := s.ledger.Stands(ctx, q, project)
	if err != nil {
		return nil, err
	}
	numbers, err := s.ledger.Prefixes(ctx, q, project)
	if err != nil {
		return nil, err
	}
	year, out := clock.DateOf(s.db.Clock().Now()).Year(), &seriesOut{}
	last := map[string]int64{}
	for _, st := range stands {
		if st.Year == year {
			last[st.Series] = st.Last
		}
	}
	for _, code := range inUse() {
		out.Body.Items = append(out.Body.Items, seriesJSON{code, numbers.Of(code, year), numbers.Of(code, year+1), year, last[code],
			numbers.Number(code, year, last[code]+1)})
	}
	return out, nil
}

func (s *Service) apiSetPrefix(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID  `path:"project"`
	Series  string `path:"series" maxLength:"6" doc:"哪种单据"`
	Body    struct {
		Year   int    `json:"year" doc:"从哪年起，今年或明年"`
		Prefix string `json:"prefix" maxLength:"20" doc:"1 到 6 个大写字母"`
	}
}) (*seriesOut, error) {
	if err := s.SetPrefix(ctx, who, in.Project, ledger.Prefix{Series: in.Series, Year: in.Body.Year, Text: in.Body.Prefix}); err != nil {
		return nil, err
	}
	return s.seriesOf(ctx, in.Project)
}
