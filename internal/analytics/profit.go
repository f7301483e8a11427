package analytics

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// maxMonths bounds a period.
const maxMonths = 36

// Period is what a report is about: whole months, seen at the end of a day.
type Period struct {
	From, Until clock.Month
	On          clock.Date
}

// fill sets what is missing, the year so far as of today, and refuses what
// cannot be read. Errors: ErrPeriod, ErrDay.
func (s *Service) fill(p *Period) error {
	today := clock.DateOf(s.db.Clock().Now())
	if p.On == 0 {
		p.On = today
	}
	if p.On > today {
		return ErrDay.At("query.on", "不晚于今天", p.On.String())
	}
	if p.Until == 0 {
		p.Until = p.On.Month()
	}
	if p.From == 0 {
		p.From = clock.Month(p.Until.Year()*100 + 1)
	}
	if p.From > p.Until || p.Until.Sub(p.From) >= maxMonths {
		return ErrPeriod.At("query.from", "不超过 36 个月", p.From.String())
	}
	return nil
}

// end is the last day that counts.
func (p *Period) end() clock.Date { return min(p.Until.Last(), p.On) }

// months lists the months of the period.
func (p *Period) months() []clock.Month {
	var out []clock.Month
	for m := p.From; m <= p.Until; m = m.Add(1) {
		out = append(out, m)
	}
	return out
}

// Line is one item of income or one category of expense, month by month, in
// fen; Months runs along with the months of the period.
type Line struct {
	Account ledger.Account
	Item    id.ID // fee item or category of expense, 0 for what has none
	Name    string
	Months  []money.Fen
	Total   money.Fen
}

// Profit is income less expense by the day of posting (利润).
type Profit struct {
	Period
	Months  []clock.Month
	Incomes []Line
	Costs   []Line
	Income  Line
	Cost    Line
	Profit  Line
	Trust   *Trust // the owners' money by commission, nil without
}

// Profit adds up what was posted to the accounts of income and expense.
// Errors: ErrPeriod, ErrDay.
func (s *Service) Profit(ctx context.Context, project id.ID, p Period) (Profit, error) {
	if err := s.fill(&p); err != nil {
		return Profit{}, err
	}
	q := s.db.Reader(ctx)
	list, err := s.ledger.Totals(ctx, q, project, p.From.First(), p.end())
	if err != nil {
		return Profit{}, fmt.Errorf("profit: %w", err)
	}
	names, err := s.names(ctx, q, project)
	if err != nil {
		return Profit{}, fmt.Errorf("profit: %w", err)
	}
	out := Profit{Period: p, Months: p.months(), Income: Line{Name: "收入合计"}, Cost: Line{Name: "支出合计"}, Profit: Line{Name: "利润"}}
	n := len(out.Months)
	lines := map[ledger.Account]map[id.ID]*Line{}
	add := func(a ledger.Account, t *ledger.Total, amount money.Fen) {
		if lines[a] == nil {
			lines[a] = map[id.ID]*Line{}
		}
		l := lines[a][t.Item]
		if l == nil {
			l = &Line{Account: a, Item: t.Item, Name: cmp.Or(names[t.Item], nameless(a)), Months: make([]money.Fen, n)}
			lines[a][t.Item] = l
		}
		l.add(t.Month.Sub(p.From), amount)
	}
	for i := range list {
		t := &list[i]
		for _, side := range []struct {
			account ledger.Account
			sign    money.Fen
		}{{t.Debit, 1}, {t.Credit, -1}} {
			if side.account.Income() {
				add(side.account, t, -side.sign*t.Amount)
			} else if side.account.Cost() {
				add(side.account, t, side.sign*t.Amount)
			}
		}
	}
	for account, items := range lines {
		for _, l := range items {
			if account.Income() {
				out.Incomes = append(out.Incomes, *l)
			} else {
				out.Costs = append(out.Costs, *l)
			}
		}
	}
	out.sum(n)
	if out.Trust, err = s.trust(ctx, q, project, &out); err != nil {
		return Profit{}, fmt.Errorf("profit: %w", err)
	}
	if out.Trust != nil {
		out.Profit.Name = "收支差额"
	}
	return out, nil
}

func (l *Line) add(month int, amount money.Fen) {
	l.Months[month] += amount
	l.Total += amount
}

// sum orders the lines, the biggest first, and adds them up.
func (r *Profit) sum(n int) {
	for _, x := range []*Line{&r.Income, &r.Cost, &r.Profit} {
		x.Months = make([]money.Fen, n)
	}
	order := func(a, b Line) int { return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Name, b.Name)) }
	slices.SortFunc(r.Incomes, order)
	slices.SortFunc(r.Costs, order)
	for _, l := range r.Incomes {
		for m, v := range l.Months {
			r.Income.add(m, v)
			r.Profit.add(m, v)
		}
	}
	for _, l := range r.Costs {
		for m, v := range l.Months {
			r.Cost.add(m, v)
			r.Profit.add(m, -v)
		}
	}
}

func nameless(a ledger.Account) string {
	switch a {
	case ledger.OtherRevenue:
		return "押金转收入"
	case ledger.FinancialCost:
		return "渠道手续费"
	}
	return a.Name()
}

// names are the fee items and the categories of expense.
func (s *Service) names(ctx context.Context, q db.Q, project id.ID) (map[id.ID]string, error) {
	out := map[id.ID]string{}
	items, err := s.tariff.Items(ctx, q, project)
	if err != nil {
		return nil, err
	}
	for i := range items {
		out[items[i].ID] = items[i].Name
	}
	late, err := s.billing.LateItem(ctx, q, project)
	if err != nil {
		return nil, err
	}
	if late != 0 && out[late] == "" {
		out[late] = "违约金"
	}
	categories, err := s.expense.Categories(ctx, q, project)
	for _, c := range categories {
		out[c.ID] = c.Name
	}
	return out, err
}
