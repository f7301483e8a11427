package cashier

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
)

// PermReport lets see what every cashier took, counted and handed in.
const PermReport actor.Permission = "cashier.report"

// ErrPeriod refuses a period that ends before it begins.
var ErrPeriod = fault.New(fault.Invalid, "period_invalid", "截止日应不早于起始日")

// StatBy is what statistics put together.
type StatBy string

// The groupings.
const (
	ByDay     StatBy = "day"
	ByCashier StatBy = "cashier"
	ByMethod  StatBy = "method"
	ByItem    StatBy = "item"
)

// StatRow is one line of the statistics, of valid receipts. Amounts in fen.
type StatRow struct {
	Key      string // a date, an account, a method or a fee item; prepay for money put into wallets, rounded for 抹零
	Name     string
	Receipts int
	Amount   money.Fen            // as on the receipts, prepaid money used included
	Methods  map[Method]money.Fen // by day and cashier only
}

// Income is what really came in.
func (r *StatRow) Income() money.Fen {
	return r.Amount - r.Methods[MethodPrepay] - r.Methods[MethodDeposit]
}

// StatFilter is the period; cashier 0 means all.
type StatFilter struct {
	By      StatBy
	From    clock.Date // inclusive; 0 means the first of this month
	Until   clock.Date // inclusive; 0 means today
	Cashier id.ID
}

// Statistics are counter takings of a period. Total comes from the receipts
// themselves; by day, cashier and fee the rows sum to it, and so do the
// amounts by method.
type Statistics struct {
	StatFilter
	Rows  []StatRow
	Total StatRow
}

// Statistics sums valid receipts of a period. Error: ErrPeriod.
func (s *Service) Statistics(ctx context.Context, project id.ID, f StatFilter) (Statistics, error) {
	today := clock.DateOf(s.db.Clock().Now())
	if f.Until == 0 {
		f.Until = today
	}
	if f.From == 0 {
		f.From = f.Until.Month().First()
	}
	if f.By == "" {
		f.By = ByDay
	}
	if f.From > f.Until {
		return Statistics{}, ErrPeriod.At("query.until", "不早于起始日", nil)
	}
	q := s.db.Reader(ctx)
	out := Statistics{StatFilter: f, Rows: []StatRow{}}
	where := Filter{From: f.From, Until: f.Until, Cashier: f.Cashier, State: StateValid}
	total, err := sumReceipts(ctx, q, project, &where)
	if err == nil {
		out.Total = StatRow{Receipts: total.Valid, Amount: total.Amount, Methods: map[Method]money.Fen{}}
		out.Rows, err = statRows(ctx, q, project, &where, f.By)
	}
	if err != nil {
		return Statistics{}, fmt.Errorf("takings statistics: %w", err)
	}
	methods, err := statMethods(ctx, q, project, &where, f.By)
	if err != nil {
		return Statistics{}, fmt.Errorf("takings statistics: %w", err)
	}
	for key, sums := range methods {
		i := slices.IndexFunc(out.Rows, func(r StatRow) bool { return r.Key == key })
		for m, v := range sums {
			out.Total.Methods[m] += v
		}
		if i >= 0 && (f.By == ByDay || f.By == ByCashier) {
			out.Rows[i].Methods = sums
		}
	}
	return out, nil
}

func (f *StatFilter) title() string {
	return map[StatBy]string{ByDay: "日期", ByCashier: "收费员", ByMethod: "收款方式", ByItem: "费用"}[f.By]
}

// Sheet is the statistics as a table, with the total below.
func (st *Statistics) Sheet() sheet.Sheet {
	methods := []Method{MethodCash, MethodCard, MethodTransfer, MethodWechat, MethodAlipay, MethodPrepay}
	for m := range st.Total.Methods {
		if !slices.Contains(methods, m) {
			methods = append(methods, m)
		}
	}
	wide := st.By == ByDay || st.By == ByCashier
	columns := []sheet.Column{{Title: st.title(), Width: 20}, {Title: "收据张数", Width: 10}}
	if wide {
		for _, m := range methods {
			columns = append(columns, sheet.Column{Title: m.Name() + "（元）", Decimals: 2})
		}
		columns = append(columns, sheet.Column{Title: "收进（元）", Width: 16, Decimals: 2})
	}
	columns = append(columns, sheet.Column{Title: "收据金额（元）", Width: 16, Decimals: 2})
	row := func(name string, r *StatRow) []sheet.Value {
		cells := []sheet.Value{sheet.Text(name), sheet.Int(int64(r.Receipts))}
		if wide {
			for _, m := range methods {
				cells = append(cells, sheet.Decimal(r.Methods[m].Yuan()))
			}
			cells = append(cells, sheet.Decimal(r.Income().Yuan()))
		}
		return append(cells, sheet.Decimal(r.Amount.Yuan()))
	}
	return sheet.Sheet{Name: "收款统计", Columns: columns, Rows: func(emit func([]sheet.Value) error) error {
		for i := range st.Rows {
			if err := emit(row(st.Rows[i].Name, &st.Rows[i])); err != nil {
				return err
			}
		}
		return emit(row(fmt.Sprintf("合计 %s 至 %s", st.From, st.Until), &st.Total))
	}}
}
