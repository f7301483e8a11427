package analytics

import (
	"context"
	"fmt"

	"linli/internal/kit/actor"
	"linli/internal/kit/export"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/sheet"
)

// Compared is what one project earned, spent and collected, or all together;
// amounts in fen.
type Compared struct {
	Project               id.ID
	Name                  string
	Income, Cost, Profit  money.Fen
	Current, Arrears, All Rate
	Owed                  money.Fen
}

// Compare reads every project whose reports the person may see on one
// definition, and their total; its rates are of all their money together, no
// mean of rates. Errors: ErrPeriod, ErrDay.
func (s *Service) Compare(ctx context.Context, who actor.Actor, p Period) (list []Compared, total Compared, err error) {
	projects, err := s.estate.Projects(ctx, who)
	if err != nil {
		return nil, total, fmt.Errorf("compare projects: %w", err)
	}
	for _, x := range projects {
		if !who.Can(PermRead, x.ID) {
			continue
		}
		profit, err := s.Profit(ctx, x.ID, p)
		if err != nil {
			return nil, total, fmt.Errorf("compare projects: %w", err)
		}
		st, err := s.Standing(ctx, x.ID, p)
		if err != nil {
			return nil, total, fmt.Errorf("compare projects: %w", err)
		}
		one := Compared{x.ID, x.Name, profit.Income.Total, profit.Cost.Total, profit.Profit.Total, st.Current, st.Arrears, st.Whole, st.Owed}
		if err := total.add(&one); err != nil {
			return nil, total, fmt.Errorf("compare projects: %w", err)
		}
		list = append(list, one)
	}
	return list, total, nil
}

func (c *Compared) add(one *Compared) (err error) {
	c.Income, c.Cost, c.Profit, c.Owed = c.Income+one.Income, c.Cost+one.Cost, c.Profit+one.Profit, c.Owed+one.Owed
	for _, r := range []struct{ sum, one *Rate }{{&c.Current, &one.Current}, {&c.Arrears, &one.Arrears}, {&c.All, &one.All}} {
		if *r.sum, err = rate(r.sum.Due+r.one.Due, r.sum.Paid+r.one.Paid); err != nil {
			return err
		}
	}
	return nil
}

// cell leaves a rate of nothing empty.
func (r Rate) cell() sheet.Value {
	if r.Due <= 0 {
		return sheet.Text("")
	}
	return sheet.Text(r.percent())
}

func (s *Service) compareOffer() export.Offer {
	return export.Offer{Key: "projects", Name: "各项目", Permission: PermRead, Check: check,
		Columns: []sheet.Column{export.Text("项目", 24), export.Money("收入"), export.Money("支出"), export.Money("利润"),
			export.Text("当期收缴率", 12), export.Text("历史清欠率", 12), export.Text("综合收缴率", 12), export.Money("欠费")},
		Rows: func(ctx context.Context, a export.Ask, emit export.Emit) error {
			p, err := asked(a.Query)
			if err != nil {
				return err
			}
			list, total, err := s.Compare(ctx, a.Who, p)
			if err != nil {
				return err
			}
			total.Name = "合计"
			for _, c := range append(list, total) {
				if err := emit([]sheet.Value{sheet.Text(c.Name), export.Yuan(c.Income), export.Yuan(c.Cost), export.Yuan(c.Profit),
					c.Current.cell(), c.Arrears.cell(), c.All.cell(), export.Yuan(c.Owed)}); err != nil {
					return err
				}
			}
			return nil
		}}
}
