package cashier

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
	"linli/internal/kit/web"
)

func (s *Service) statisticsRoutes(w *web.Server) {
	web.Handle(w, web.Op{ID: "takings-statistics", Method: http.MethodGet, Path: "/projects/{project}/takings/statistics", Tag: "cashier",
		Permission: PermReport, Summary: "收款统计：按日、收费员、收款方式或费用"}, s.apiStatistics)
	web.Handle(w, web.Op{ID: "takings-statistics-sheet", Method: http.MethodGet, Path: "/projects/{project}/takings/statistics.xlsx", Tag: "cashier",
		Permission: PermReport, Summary: "收款统计，Excel 表"}, s.apiStatisticsSheet)
}

type statIn struct {
	Project id.ID    `path:"project"`
	By      string   `query:"by" enum:"day,cashier,method,item" default:"day" doc:"按什么统计：day 日，cashier 收费员，method 收款方式，item 费用"`
	From    web.Date `query:"from" doc:"起始日，含；不填为截止日所在月的一号"`
	Until   web.Date `query:"until" doc:"截止日，含；不填为今天"`
	Cashier id.ID    `query:"cashier_id" doc:"只看这位收费员"`
}

func (in *statIn) filter() StatFilter {
	return StatFilter{By: StatBy(in.By), From: in.From.Date, Until: in.Until.Date, Cashier: in.Cashier}
}

type statRowJSON struct {
	Key      string          `json:"key" doc:"日期、收费员编号、收款方式或费用编号；prepay 为存入预存"`
	Name     string          `json:"name"`
	Receipts int             `json:"receipts" doc:"有效收据张数"`
	Amount   money.Fen       `json:"amount" doc:"收据金额，含预存抵扣，分"`
	Income   money.Fen       `json:"income" doc:"收进的钱，不含预存和押金抵扣，分；按日、按收费员和合计才有"`
	Methods  []methodSumJSON `json:"methods" nullable:"false" doc:"按收款方式；按日、按收费员和合计才有"`
}

type statJSON struct {
	By    string        `json:"by"`
	From  clock.Date    `json:"from"`
	Until clock.Date    `json:"until"`
	Rows  []statRowJSON `json:"rows" nullable:"false"`
	Total statRowJSON   `json:"total" doc:"直接由收据合计"`
}

func toStat(r *StatRow) statRowJSON {
	j := statRowJSON{Key: r.Key, Name: r.Name, Receipts: r.Receipts, Amount: r.Amount, Methods: []methodSumJSON{}}
	for _, m := range []Method{MethodCash, MethodCard, MethodTransfer, MethodWechat, MethodAlipay, MethodPrepay, MethodDeposit} {
		if v := r.Methods[m]; v != 0 {
			j.Methods = append(j.Methods, methodSumJSON{Method: string(m), Name: m.Name(), Amount: v})
			j.Income = r.Income()
		}
	}
	return j
}

func (s *Service) apiStatistics(ctx context.Context, _ actor.Actor, in *statIn) (*struct{ Body statJSON }, error) {
	st, err := s.Statistics(ctx, in.Project, in.filter())
	if err != nil {
		return nil, err
	}
	b := statJSON{By: string(st.By), From: st.From, Until: st.Until, Rows: []statRowJSON{}, Total: toStat(&st.Total)}
	for i := range st.Rows {
		b.Rows = append(b.Rows, toStat(&st.Rows[i]))
	}
	return &struct{ Body statJSON }{b}, nil
}

type sheetOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *Service) apiStatisticsSheet(ctx context.Context, _ actor.Actor, in *statIn) (*sheetOut, error) {
	st, err := s.Statistics(ctx, in.Project, in.filter())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := sheet.WriteXLSX(&b, []sheet.Sheet{st.Sheet()}); err != nil {
		return nil, err
	}
	name := fmt.Sprintf("收款统计 %s 至 %s.xlsx", st.From, st.Until)
	return &sheetOut{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"attachment; filename*=UTF-8''" + url.PathEscape(name), b.Bytes()}, nil
}
