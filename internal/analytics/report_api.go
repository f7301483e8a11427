package analytics

import (
	"cmp"
	"context"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/web"
	"linli/internal/ledger"
)

// PeriodIn is the period of a report; exported because the API document leaves
// unexported embedded types out.
type PeriodIn struct {
	From  web.Month `query:"from" doc:"起始月，不填为截止月所在年的 1 月"`
	Until web.Month `query:"until" doc:"截止月，不填为截至日期所在的月"`
	On    web.Date  `query:"on" doc:"截至哪一天看，不填为今天"`
}

func (in *PeriodIn) period() Period {
	return Period{From: in.From.Month, Until: in.Until.Month, On: in.On.Date}
}

type reportLineJSON struct {
	Account ledger.Account `json:"account" doc:"科目，合计行为 0"`
	Item    id.ID          `json:"item_id" doc:"费用项目或支出类别"`
	Name    string         `json:"name"`
	Months  []money.Fen    `json:"months" nullable:"false" doc:"与 months 逐月对应，分"`
	Total   money.Fen      `json:"total" doc:"分"`
}

func toLine(l *Line) reportLineJSON {
	return reportLineJSON{l.Account, l.Item, l.Name, l.Months, l.Total}
}

func toLines(list []Line) []reportLineJSON {
	out := []reportLineJSON{}
	for i := range list {
		out = append(out, toLine(&list[i]))
	}
	return out
}

type profitJSON struct {
	From    clock.Month      `json:"from"`
	Until   clock.Month      `json:"until"`
	On      clock.Date       `json:"on"`
	Means   string           `json:"means" doc:"口径"`
	Months  []clock.Month    `json:"months" nullable:"false"`
	Incomes []reportLineJSON `json:"incomes" nullable:"false"`
	Costs   []reportLineJSON `json:"costs" nullable:"false"`
	Income  reportLineJSON   `json:"income"`
	Cost    reportLineJSON   `json:"cost"`
	Profit  reportLineJSON   `json:"profit"`
	Trust   *trustJSON       `json:"trust,omitempty" doc:"酬金制的代管资金，包干制没有"`
}

// profitMeans is the definition printed beside the figures.
const profitMeans = "收入按账单发布、减免和撤回的记账日期计，支出按批准后的记账日期计；公共收益属于业主，不在其中。"

type profitIn struct {
	Project id.ID `path:"project"`
	PeriodIn
}

func (s *Service) apiProfit(ctx context.Context, _ actor.Actor, in *profitIn) (*struct{ Body profitJSON }, error) {
	r, err := s.Profit(ctx, in.Project, in.period())
	if err != nil {
		return nil, err
	}
	return &struct{ Body profitJSON }{profitJSON{r.From, r.Until, r.On, profitMeans, r.Months, toLines(r.Incomes), toLines(r.Costs),
		toLine(&r.Income), toLine(&r.Cost), toLine(&r.Profit), toTrust(r.Trust)}}, nil
}

type reportRateJSON struct {
	Due   money.Fen `json:"due" doc:"分母，分"`
	Paid  money.Fen `json:"paid" doc:"分子，分"`
	Rate  int64     `json:"rate" doc:"万分之一；没有应缴时为 0"`
	Means string    `json:"means" doc:"口径"`
}

type reportAgeJSON struct {
	Name  string     `json:"name"`
	From  clock.Date `json:"due_from" doc:"应缴日从哪天，空为不限"`
	Until clock.Date `json:"due_until" doc:"应缴日到哪天，空为不限"`
	Owed  money.Fen  `json:"owed" doc:"分"`
}

type reportBalanceJSON struct {
	Account ledger.Account `json:"account"`
	Name    string         `json:"name"`
	Amount  money.Fen      `json:"amount" doc:"分；负债以正数给出"`
}

type standingJSON struct {
	From     clock.Month         `json:"from"`
	Until    clock.Month         `json:"until"`
	On       clock.Date          `json:"on"`
	Current  reportRateJSON      `json:"current" doc:"当期收缴率"`
	Arrears  reportRateJSON      `json:"arrears" doc:"历史清欠率"`
	Whole    reportRateJSON      `json:"whole" doc:"综合收缴率"`
	Ages     []reportAgeJSON     `json:"ages" nullable:"false"`
	Owed     money.Fen           `json:"owed" doc:"账龄合计，等于应收账款余额，分"`
	Balances []reportBalanceJSON `json:"balances" nullable:"false"`
	Taken    []reportBalanceJSON `json:"taken" nullable:"false" doc:"期间收据收进的钱，按科目"`
}

func toBalances(list []Balance) []reportBalanceJSON {
	out := []reportBalanceJSON{}
	for _, b := range list {
		amount := b.Amount
		if b.Account.Liability() {
			amount = -amount
		}
		out = append(out, reportBalanceJSON{b.Account, b.Account.Name(), amount})
	}
	return out
}

func (s *Service) apiStanding(ctx context.Context, _ actor.Actor, in *profitIn) (*struct{ Body standingJSON }, error) {
	r, err := s.Standing(ctx, in.Project, in.period())
	if err != nil {
		return nil, err
	}
	ages := []reportAgeJSON{}
	for _, a := range r.Ages {
		ages = append(ages, reportAgeJSON(a))
	}
	means := func(x Rate, text string) reportRateJSON { return reportRateJSON{x.Due, x.Paid, x.Rate, text} }
	return &struct{ Body standingJSON }{standingJSON{r.From, r.Until, r.On, means(r.Current, CurrentMeans), means(r.Arrears, ArrearsMeans),
		means(r.Whole, WholeMeans), ages, r.Owed, toBalances(r.Balances), toBalances(r.Taken)}}, nil
}

type publicJSON struct {
	From   clock.Month `json:"from"`
	Until  clock.Month `json:"until"`
	On     clock.Date  `json:"on"`
	Income money.Fen   `json:"income" doc:"分"`
	Cost   money.Fen   `json:"cost" doc:"合理成本，分"`
	Net    money.Fen   `json:"net" doc:"分"`
	Rate   int64       `json:"rate" doc:"补充维修资金的比例，万分之一"`
	Fund   money.Fen   `json:"fund" doc:"补充维修资金，分"`
	Rest   money.Fen   `json:"rest" doc:"结余，分"`
}

func (s *Service) apiPublic(ctx context.Context, _ actor.Actor, in *struct {
	Project id.ID `path:"project"`
	PeriodIn
	Rate int64 `query:"rate" minimum:"0" maximum:"10000" doc:"补充维修资金的比例，万分之一，按当地规定或业主大会决定"`
}) (*struct{ Body publicJSON }, error) {
	r, err := s.Public(ctx, in.Project, in.period(), in.Rate)
	if err != nil {
		return nil, err
	}
	return &struct{ Body publicJSON }{publicJSON{r.From, r.Until, r.On, r.Income, r.Cost, r.Net, r.Rate, r.Fund, r.Rest}}, nil
}

type projectRowJSON struct {
	Project id.ID     `json:"project_id"`
	Name    string    `json:"name"`
	Income  money.Fen `json:"income" doc:"分"`
	Cost    money.Fen `json:"cost" doc:"分"`
	Profit  money.Fen `json:"profit" doc:"分"`
	Current *int64    `json:"current_rate,omitempty" doc:"当期收缴率，万分之一；没有应缴时不给"`
	Arrears *int64    `json:"arrears_rate,omitempty" doc:"历史清欠率，万分之一；期初没有欠费时不给"`
	Whole   *int64    `json:"whole_rate,omitempty" doc:"综合收缴率，万分之一；没有应缴时不给"`
	Owed    money.Fen `json:"owed" doc:"欠费，分"`
}

func toProject(c *Compared) projectRowJSON {
	known := func(r Rate) *int64 {
		if r.Due <= 0 {
			return nil
		}
		return &r.Rate
	}
	return projectRowJSON{c.Project, c.Name, c.Income, c.Cost, c.Profit, known(c.Current), known(c.Arrears), known(c.All), c.Owed}
}

type byProjectOut struct {
	Body struct {
		From  clock.Month      `json:"from"`
		Until clock.Month      `json:"until"`
		On    clock.Date       `json:"on"`
		Items []projectRowJSON `json:"items" nullable:"false"`
		Total projectRowJSON   `json:"total" doc:"合计；收缴率按各项目的钱合起来算，project_id 为空"`
	}
}

func (s *Service) apiProjects(ctx context.Context, who actor.Actor, in *struct{ PeriodIn }) (*byProjectOut, error) {
	p := in.period()
	if err := s.fill(&p); err != nil {
		return nil, err
	}
	list, total, err := s.Compare(ctx, who, p)
	if err != nil {
		return nil, err
	}
	out := &byProjectOut{}
	out.Body.From, out.Body.Until, out.Body.On, out.Body.Items, out.Body.Total = p.From, p.Until, p.On, []projectRowJSON{}, toProject(&total)
	for i := range list {
		out.Body.Items = append(out.Body.Items, toProject(&list[i]))
	}
	return out, nil
}

// titleOf names what a posting is about.
func titleOf(names map[id.ID]string, item id.ID, a ledger.Account) string {
	return cmp.Or(names[item], a.Name())
}
