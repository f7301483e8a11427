package analytics

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"linli/internal/kit/export"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/sheet"
	"linli/internal/ledger"
)

// asked reads the period of a report's page.
func asked(query url.Values) (Period, error) {
	var p Period
	for name, values := range query {
		if values[0] == "" {
			continue
		}
		var err error
		switch name {
		case "from":
			err = p.From.UnmarshalText([]byte(values[0]))
		case "until":
			err = p.Until.UnmarshalText([]byte(values[0]))
		case "on":
			err = p.On.UnmarshalText([]byte(values[0]))
		default:
			err = fmt.Errorf("no such filter")
		}
		if err != nil {
			return p, export.ErrFilter.Say("筛选条件 %s 认不出，请回到报表重新选择后再导出", name).Because(err)
		}
	}
	return p, nil
}

func check(a export.Ask) error {
	_, err := asked(a.Query)
	return err
}

func (s *Service) profitOffer() export.Offer {
	return export.Offer{Key: "profit", Name: "收支利润", Permission: PermRead, Check: check,
		Columns: []sheet.Column{export.Text("月份", 10), export.Text("类别", 8), export.Text("科目", 24), export.Text("项目", 24), export.Money("金额")},
		Rows: func(ctx context.Context, a export.Ask, emit export.Emit) error {
			p, err := asked(a.Query)
			if err != nil {
				return err
			}
			r, err := s.Profit(ctx, a.Project, p)
			if err != nil {
				return err
			}
			row := func(month, kind string, l *Line, amount money.Fen) error {
				account := ""
				if l.Account != 0 {
					account = strconv.Itoa(int(l.Account)) + " " + l.Account.Name()
				}
				return emit([]sheet.Value{sheet.Text(month), sheet.Text(kind), sheet.Text(account), sheet.Text(l.Name), export.Yuan(amount)})
			}
			for _, part := range []struct {
				kind  string
				lines []Line
			}{{"收入", append(r.Incomes, r.Income)}, {"支出", append(r.Costs, r.Cost)}, {"利润", []Line{r.Profit}}} {
				for i := range part.lines {
					l := &part.lines[i]
					for m, month := range r.Months {
						if err := row(month.String(), part.kind, l, l.Months[m]); err != nil {
							return err
						}
					}
					if err := row("合计", part.kind, l, l.Total); err != nil {
						return err
					}
				}
			}
			for _, l := range r.Trust.lines() {
				for m, month := range r.Months {
					if err := row(month.String(), "代管资金", l, l.Months[m]); err != nil {
						return err
					}
				}
				if err := row("合计", "代管资金", l, l.Total); err != nil {
					return err
				}
			}
			return emit([]sheet.Value{sheet.Text("口径"), sheet.Text(""), sheet.Text(""), sheet.Text(fmt.Sprintf("%s 截至 %s", profitMeans, r.On)), sheet.Text("")})
		}}
}

func (s *Service) standingOffer() export.Offer {
	return export.Offer{Key: "standing", Name: "收缴率和账龄", Permission: PermRead, Check: check,
		Columns: []sheet.Column{export.Text("类别", 12), export.Text("名称", 24), export.Money("金额"), export.Money("应缴"), export.Text("比率", 10), export.Text("口径", 60)},
		Rows: func(ctx context.Context, a export.Ask, emit export.Emit) error {
			p, err := asked(a.Query)
			if err != nil {
				return err
			}
			r, err := s.Standing(ctx, a.Project, p)
			if err != nil {
				return err
			}
			period := fmt.Sprintf("%s 至 %s，截至 %s", r.From, r.Until, r.On)
			for _, x := range []struct {
				name, means string
				rate        Rate
			}{{"当期收缴率", CurrentMeans, r.Current}, {"历史清欠率", ArrearsMeans, r.Arrears}, {"综合收缴率", WholeMeans, r.Whole}} {
				if err := emit([]sheet.Value{sheet.Text("收缴率"), sheet.Text(x.name), export.Yuan(x.rate.Paid), export.Yuan(x.rate.Due), sheet.Text(x.rate.percent()),
					sheet.Text(x.means + period)}); err != nil {
					return err
				}
			}
			plain := func(kind, name string, amount money.Fen, means string) error {
				return emit([]sheet.Value{sheet.Text(kind), sheet.Text(name), export.Yuan(amount), sheet.Text(""), sheet.Text(""), sheet.Text(means)})
			}
			for _, x := range r.Ages {
				if err := plain("账龄", x.Name, x.Owed, "按应缴日，应缴日当天不算逾期，截至 "+r.On.String()); err != nil {
					return err
				}
			}
			for _, b := range toBalances(r.Balances) {
				if err := plain("余额", b.Name, b.Amount, "截至 "+r.On.String()); err != nil {
					return err
				}
			}
			for _, b := range toBalances(r.Taken) {
				if err := plain("期间收进", b.Name, b.Amount, "收据收进的钱，作废和退款已扣，"+period); err != nil {
					return err
				}
			}
			return nil
		}}
}

func (s *Service) postingOffer() export.Offer {
	o := export.Offer{Key: "postings", Name: "记账明细", Permission: PermRead, Columns: []sheet.Column{export.Text("日期", 12), export.Text("单据", 14), export.Text("房屋", 20),
		export.Text("项目", 16), export.Text("借方科目", 24), export.Text("贷方科目", 24), export.Money("金额"), export.Money("对所看科目的影响")}}
	o.Check, o.Rows = export.Pages(s.apiPostings, func(o *postingsOut) page.List[postingJSON] { return o.Body.List }, func(p *postingJSON) []sheet.Value {
		account := func(a ledger.Account, name string) sheet.Value { return sheet.Text(strconv.Itoa(int(a)) + " " + name) }
		return []sheet.Value{sheet.Text(p.Date.String()), sheet.Text(p.KindName), sheet.Text(p.RoomLabel), sheet.Text(p.ItemName), account(p.Debit, p.DebitName),
			account(p.Credit, p.CreditName), export.Yuan(p.Amount), export.Yuan(p.Signed)}
	})
	return o
}
