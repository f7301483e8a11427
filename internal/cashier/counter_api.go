package cashier

import (
	"context"
	"net/http"

	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
)

func (s *Service) counterRoutes(w *web.Server) {
	const in = "/projects/{project}"
	web.Handle(w, web.Op{ID: "counter-ahead", Method: http.MethodGet, Path: in + "/counter/{room}/ahead", Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "预缴试算：以后几个月各要多少"}, s.apiAhead)
	web.Handle(w, web.Op{ID: "counter-setting", Method: http.MethodGet, Path: in + "/counter-setting", Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "收银设置：抵扣顺序和预缴上限"}, s.apiSetting)
	web.Handle(w, web.Op{ID: "counter-setting-put", Method: http.MethodPut, Path: in + "/counter-setting", Tag: "cashier",
		Permission: PermSetting, Summary: "修改收银设置（整条提交）"}, s.apiPutSetting)
	web.Handle(w, web.Op{ID: "receipt-print", Method: http.MethodPost, Path: in + "/receipts/{receipt}/prints", Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "打印收据并记一次，第二次起标明补打"}, s.apiPrint)
	web.Handle(w, web.Op{ID: "receipt-view", Method: http.MethodGet, Path: in + "/receipts/{receipt}/print", Tag: "cashier",
		Buildings: true, Permission: PermRead, Summary: "查看收据的样子，不计打印"}, s.apiView)
}

type aheadLineJSON struct {
	Item     id.ID     `json:"item_id"`
	ItemName string    `json:"item_name" doc:"费用项目"`
	Amount   money.Fen `json:"amount" doc:"金额，分"`
}

type aheadMonthJSON struct {
	Month  clock.Month     `json:"month" doc:"账期"`
	Amount money.Fen       `json:"amount" doc:"这个月合计，分"`
	Lines  []aheadLineJSON `json:"lines" nullable:"false"`
}

type aheadJSON struct {
	From    clock.Month      `json:"from" doc:"第一个要预缴的月"`
	Until   clock.Month      `json:"until" doc:"预缴到的月"`
	Total   money.Fen        `json:"total" doc:"预缴合计，分；收款时作为 ahead.total 交回"`
	Allowed int              `json:"allowed_months" doc:"从 from 起最多可预缴几个月"`
	Latest  clock.Month      `json:"latest" doc:"最晚可预缴到的月"`
	Months  []aheadMonthJSON `json:"months" nullable:"false" doc:"各月金额"`
}

func (s *Service) apiAhead(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID     `path:"project"`
	Room    id.ID     `path:"room" doc:"房间编号"`
	Months  int       `query:"months" minimum:"0" maximum:"60" default:"3" doc:"预缴几个月，从第一个没出账的月起"`
	Until   web.Month `query:"until" doc:"预缴到哪个月；填了它就不看 months"`
}) (*struct{ Body aheadJSON }, error) {
	if err := s.ReachRoom(ctx, s.db.Reader(ctx), in.Project, in.Room, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	q, err := s.QuoteAhead(ctx, in.Project, in.Room, billing.AheadAsk{Months: in.Months, Until: in.Until.Month})
	if err != nil {
		return nil, err
	}
	b := aheadJSON{From: q.From, Until: q.Until, Total: q.Total, Allowed: q.Allowed, Latest: q.Latest, Months: []aheadMonthJSON{}}
	at := map[clock.Month]int{}
	for _, l := range q.Lines {
		n, ok := at[l.Month]
		if !ok {
			n = len(b.Months)
			at[l.Month] = n
			b.Months = append(b.Months, aheadMonthJSON{Month: l.Month, Lines: []aheadLineJSON{}})
		}
		b.Months[n].Amount += l.Amount
		b.Months[n].Lines = append(b.Months[n].Lines, aheadLineJSON{l.Item, l.ItemName, l.Amount})
	}
	return &struct{ Body aheadJSON }{b}, nil
}

type settingJSON struct {
	Policy      string     `json:"policy" enum:"statutory,oldest" doc:"没有挑选时的抵扣顺序：statutory 先到期先还、同日按比例（民法典 560），oldest 按账期从旧到新逐项还清"`
	Choice      bool       `json:"choice" doc:"缴费人可以挑选交哪些（民法典 560）；false 为另有约定"`
	AheadMonths int        `json:"ahead_months" minimum:"0" maximum:"60" doc:"最多预缴几个月，0 为不收预缴"`
	AheadUntil  clock.Date `json:"ahead_until,omitempty" doc:"物业服务合同到期日，预缴不超过它；不填为没有期限"`
	Deduct      bool       `json:"deduct_prepaid,omitempty" doc:"发布账单后自动用预存抵扣欠费，先到期先抵，不抵违约金"`
	RoundTo     money.Fen  `json:"round_to,omitempty" enum:"0,10,100" doc:"现金抹零，只向下、付清时才抹：0 不抹，10 抹到角，100 抹到元，分"`
	Version     int        `json:"version" minimum:"0" doc:"修改时原样带回，没有设置过为 0"`
}

type settingOut struct{ Body settingJSON }

func settingAnswer(st *Setting) *settingOut {
	return &settingOut{settingJSON{string(st.Policy), st.Choice, st.AheadMonths, st.AheadUntil, st.Deduct, st.RoundTo, st.Version}}
}

func (s *Service) apiSetting(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
}) (*settingOut, error) {
	st, err := s.Setting(ctx, s.db.Reader(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	return settingAnswer(&st), nil
}

func (s *Service) apiPutSetting(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Body    settingJSON
}) (*settingOut, error) {
	b := &in.Body
	st, err := s.SetSetting(ctx, who, in.Project, Setting{Policy: Policy(b.Policy), Choice: b.Choice, AheadMonths: b.AheadMonths,
		AheadUntil: b.AheadUntil, Deduct: b.Deduct, RoundTo: b.RoundTo, Version: b.Version})
	if err != nil {
		return nil, err
	}
	return settingAnswer(&st), nil
}

type printedJSON struct {
	HTML   string `json:"html" doc:"这张纸的网页，交给浏览器打印"`
	Prints int    `json:"prints" doc:"连这次打印过几次"`
}

func (s *Service) apiPrint(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID `path:"project"`
	Receipt id.ID `path:"receipt" doc:"收据编号"`
	Body    struct {
		Paper string `json:"paper" enum:"80,a4,241" doc:"纸张：80 毫米小票、a4 两联或 241 毫米三联"`
	}
}) (*struct{ Body printedJSON }, error) {
	if _, err := s.ReceiptWithin(ctx, s.db.Reader(ctx), in.Project, in.Receipt, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	p, err := s.Print(ctx, who, in.Project, in.Receipt, Paper(in.Body.Paper))
	if err != nil {
		return nil, err
	}
	return &struct{ Body printedJSON }{printedJSON{string(p.HTML), p.Prints}}, nil
}

type printOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *Service) apiView(ctx context.Context, who actor.Actor, in *struct {
	Project id.ID  `path:"project"`
	Receipt id.ID  `path:"receipt" doc:"收据编号"`
	Paper   string `query:"paper" enum:"80,a4,241" default:"80" doc:"纸张：80 毫米小票、a4 两联或 241 毫米三联"`
}) (*printOut, error) {
	if _, err := s.ReceiptWithin(ctx, s.db.Reader(ctx), in.Project, in.Receipt, who.Within(PermRead, in.Project)); err != nil {
		return nil, err
	}
	b, err := s.View(ctx, in.Project, in.Receipt, Paper(in.Paper))
	if err != nil {
		return nil, err
	}
	return &printOut{"text/html; charset=utf-8", b}, nil
}
