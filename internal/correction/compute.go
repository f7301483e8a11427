package correction

import (
	"fmt"
	"maps"
	"slices"

	"linli/internal/billing"
	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
	"linli/internal/tariff/formula"
)

// compute finds what is due by today's data for the charges of one month, and
// what of it each of the payers owes more or less.
func (d *Difference) compute(item *tariff.Item, p *planned, r *estate.BillingRoom, own []tariff.Assignment, list []billing.Billed, done map[id.ID]money.Fen) error {
	fresh, why := p.charge(r, own, d.Month, item.AtPeriod)
	if fresh != nil {
		d.Due = fresh.Amount
	}
	if why == "" && d.Due == d.Was+d.Done {
		return nil // most are: how they came about is not looked at
	}
	grounds := make([]billing.Ground, len(list))
	for i := range list {
		var err error
		if grounds[i], err = list[i].Ground(); err != nil {
			return fmt.Errorf("charge %s: %w", list[i].ID, err)
		}
		if grounds[i].ByHand != "" {
			d.Why = "出账时人工更正过金额（" + grounds[i].ByHand + "），补收用单笔收费，少收用减免"
			return nil
		}
	}
	if d.Why = why; why != "" {
		return nil
	}
	now := billing.Ground{}
	if fresh != nil {
		var err error
		if now, err = fresh.Ground(); err != nil {
			return err
		}
	}
	if fresh != nil && list[0].Ahead && !slices.Equal(grounds[0].Rates, now.Rates) {
		d.Why = "这个月是预缴的，按预缴那天的单价，不随调价补差"
		return nil
	}
	if list[0].Ahead && grounds[0].Ahead && !now.Ahead {
		d.Why = "这个月和别的月份一次预缴、合计打折，不能单独补差，少收用单笔收费，多收用减免"
		return nil
	}
	d.share(list, grounds, done)
	if fresh == nil {
		d.Causes = append(d.Causes, "按今天的资料不收这项费用")
		return nil
	}
	d.Causes = causes(item, &list[0].Charge, fresh, &grounds[0], &now, d.Was)
	var err error
	d.Lines, err = billing.Words(fresh, p.plan.Items[0], p.rates)
	return err
}

// charge is what a run would charge the room today for a month, nil for
// nothing, or why nobody can say.
func (p *planned) charge(r *estate.BillingRoom, own []tariff.Assignment, month clock.Month, whole bool) (*billing.Charge, string) {
	for _, f := range p.plan.Faults {
		if f.Month == month || whole {
			return nil, f.Reason
		}
	}
	if p.room != r.ID {
		p.room = r.ID
		p.fresh, p.err = p.calc.Charges(r, own)
	}
	if p.err != nil {
		return nil, billing.Reason(p.err)
	}
	for i := range p.fresh {
		if p.fresh[i].Month == month {
			return &p.fresh[i], ""
		}
	}
	return nil, ""
}

// share cuts the difference among the payers of the month by the days of each,
// as a run would have; what was corrected of charges that are gone counts for
// the first.
func (d *Difference) share(list []billing.Billed, grounds []billing.Ground, done map[id.ID]money.Fen) {
	shares, rest := make([]money.Fen, len(list)), d.Due
	if len(list) == 1 {
		shares[0], rest = d.Due, 0
	} else {
		weights := make([]int64, len(list))
		for i := range list {
			weights[i] = int64(list[i].Amount)
			if g := &grounds[i]; g.Index < len(g.Weights) {
				weights[i] = g.Weights[g.Index]
			}
		}
		for i, s := range money.Split(d.Due, weights) {
			shares[i] = s
			rest -= s
		}
	}
	left := maps.Clone(done)
	for i := range list {
		c := &list[i]
		d.parts = append(d.parts, part{c.Charge, shares[i] - c.Amount - left[c.ID]})
		delete(left, c.ID)
	}
	for _, amount := range left {
		d.parts[0].amount -= amount
	}
	d.parts[0].amount += rest
	d.parts = slices.DeleteFunc(d.parts, func(p part) bool { return p.amount == 0 })
}

// causes word what today's data say otherwise than the charge.
func causes(item *tariff.Item, old, fresh *billing.Charge, then, now *billing.Ground, was money.Fen) []string {
	out := []string{}
	say := func(form string, args ...any) { out = append(out, fmt.Sprintf(form, args...)) }
	if old.Quantity != fresh.Quantity {
		switch item.Basis {
		case tariff.ByPeople:
			say("人数 %s → %s", old.Quantity, fresh.Quantity)
		case tariff.ByQuantity:
			say("数量 %s → %s", old.Quantity, fresh.Quantity)
		default:
			say("面积 %s → %s ㎡", old.Quantity, fresh.Quantity)
		}
	}
	if a, b := &then.Room, &now.Room; a.Known != 0 && b.Known != 0 {
		for _, x := range []struct {
			attr formula.Attr
			name string
			a, b any
		}{{formula.InnerArea, "套内面积", a.InnerArea, b.InnerArea}, {formula.Floor, "楼层", a.Floor, b.Floor}, {formula.Floors, "总层数", a.Floors, b.Floors},
			{formula.People, "人数", a.People, b.People}} {
			if a.Known&b.Known&x.attr != 0 && x.a != x.b {
				say("%s %v → %v", x.name, x.a, x.b)
			}
		}
	}
	switch {
	case old.Price != fresh.Price:
		say("单价 %s → %s %s", old.Price, fresh.Price, item.PriceUnit())
	case !slices.Equal(then.Rates, now.Rates) && item.Basis == tariff.ByFormula:
		say("计费公式改了")
	case !slices.Equal(then.Rates, now.Rates):
		say("这个月执行的单价改了")
	}
	if a, b := days(old, then), days(fresh, now); a != b {
		say("计费天数 %d → %d", a, b)
	}
	if a, b := max(0, then.Gross-was), max(0, now.Gross-fresh.Amount); a != b {
		say("优惠 %s → %s 元", a.Comma(), b.Comma())
	}
	if len(out) == 0 {
		say("收费范围、优惠或其他资料")
	}
	return out
}

func days(c *billing.Charge, g *billing.Ground) int {
	if g.Days == 0 {
		return c.Month.Days()
	}
	return g.Days
}
