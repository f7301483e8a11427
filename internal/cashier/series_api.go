package cashier

import (
	"context"
	"fmt"
	"net/http"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/web"
)

func (s *Service) seriesRoutes(w *web.Server) {
	web.Handle(w, web.Op{ID: "list-series", Method: http.MethodGet, Path: "/projects/{project}/series", Tag: "cashier",
		Permission: PermRead, Summary: "单据编号：每种单据今年已发到几号、下一号是什么"}, s.apiSeries)
}

type seriesJSON struct {
	Series string `json:"series" doc:"单据的字头，如 SJ"`
	Year   int    `json:"year" doc:"年份，每年从 1 起"`
	Last   int64  `json:"last" doc:"今年已发到第几号，连续不断；0 为还没有发过"`
	Next   string `json:"next" doc:"下一张的编号，如 SJ2026-000124"`
}

type seriesOut struct {
	Body struct {
		Items []seriesJSON `json:"items" nullable:"false"`
	}
}

// seriesInUse are the series in the order of the page: receipts (red ones have
// the same numbers), shifts, deductions from deposits, letters, waivers.
func seriesInUse() []string { return []string{series, shiftSeries, depositSeries, "CJ", "JM"} }

func (s *Service) apiSeries(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*seriesOut, error) {
	stands, err := s.ledger.Stands(ctx, s.db.Reader(ctx), in.Project)
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
	for _, code := range seriesInUse() {
		out.Body.Items = append(out.Body.Items, seriesJSON{code, year, last[code], fmt.Sprintf("%s%d-%06d", code, year, last[code]+1)})
	}
	return out, nil
}
