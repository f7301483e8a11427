package billing

import (
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
)

// reduction is a discount as it worked on one month of a charge.
type reduction struct {
	discount id.ID
	keep     int64     // parts of 10,000 that stay
	days     int       // covered days it worked on
	off      money.Fen // taken off after rounding
}

// ahead is a discount on the sum of several months that are billed at once:
// the months are added up, the sum is discounted and rounded, and split again
// by largest remainder (case A21).
type ahead struct {
	discount id.ID
	keep     int64
	index    int
	weights  []int64 // the months before it
}

// parts splits the discounted sum over the months.
func (a *ahead) parts(i *tariff.Item) ([]money.Fen, error) {
	var sum int64
	for _, w := range a.weights {
		sum += w
	}
	n, err := money.MulDiv(sum, a.keep, tariff.WholePrice*int64(i.Unit), i.Rounding)
	if err != nil {
		return nil, err
	}
	return money.Split(min(money.Fen(n)*i.Unit, money.Fen(sum)), a.weights), nil
}

func (a *ahead) part(i *tariff.Item, own money.Fen) (money.Fen, error) {
	if a.index >= len(a.weights) || a.weights[a.index] != int64(own) {
		return 0, fmt.Errorf("month %d of %d billed ahead is not %s", a.index, len(a.weights), own.Yuan())
	}
	parts, err := a.parts(i)
	if err != nil {
		return 0, err
	}
	return parts[a.index], nil
}

// cheaper adds the pieces of one month, cut where a discount counts: a day has
// one discount at most.
func (c *calculator) cheaper(it *tariff.PlanItem, m *tariff.PlanMonth, set tariff.Days, num, den int64) {
	left, n := set, set.Count()
	it.Discounts.Each(c.room.ID, c.room.Building, func(d *tariff.Discount) bool {
		hit := left & tariff.SpanIn(m.Month, d.From, d.Until)
		if d.Kind == tariff.Ahead || hit == 0 {
			return false
		}
		left &^= hit
		x := reduction{discount: d.ID, keep: d.Keep, days: hit.Count()}
		if d.Kind == tariff.Off {
			x.keep, x.off = tariff.WholePrice, d.Part(it, m, set, x.days)
		}
		c.cuts = append(c.cuts, x)
		keep := d.Keep
		switch {
		case d.Kind == tariff.Off:
			keep = 0
		case keep == 0:
			keep = nothing
		}
		c.rated(m, hit, n, num, den, keep)
		return left == 0
	})
	if left != 0 {
		c.rated(m, left, n, num, den, 0)
	}
}

// discount finds what the months were before their cuts and takes fixed amounts
// off.
func (c *calculator) discount(it *tariff.PlanItem) error {
	if len(c.cuts) > 0 {
		if err := c.grosses(it); err != nil {
			return err
		}
		for i := range c.months {
			m := &c.months[i]
			for _, x := range c.cuts[m.cutFrom:m.cutTo] {
				c.sums[i].amount -= x.off
			}
			c.sums[i].amount = max(c.sums[i].amount, 0)
		}
	}
	return nil
}

// grosses computes the months once more without discounts.
func (c *calculator) grosses(it *tariff.PlanItem) error {
	net, sums := c.pieces, c.sums
	c.pieces, c.sums = slices.Clone(net), nil
	for i := range c.pieces {
		c.pieces[i].keep = 0
	}
	err := c.base(it)
	gross := c.sums
	c.pieces, c.sums = net, sums
	if err != nil {
		return err
	}
	for i := range c.months {
		if c.months[i].cutTo > c.months[i].cutFrom {
			c.sums[i].gross = gross[i].amount
		}
	}
	return nil
}

// aheadOf is the discount for so many months at once, or nil.
func (c *calculator) aheadOf(it *tariff.PlanItem) *tariff.Discount {
	if it.Discounts == nil || !it.Ahead || len(c.months) < 2 {
		return nil
	}
	return aheadFor(it, c.room.ID, c.room.Building, c.months[0].month.Month, len(c.months))
}

// aheadFor is the discount for n months at once that begin with first, or nil.
func aheadFor(it *tariff.PlanItem, room, building id.ID, first clock.Month, n int) *tariff.Discount {
	var found *tariff.Discount
	it.Discounts.Each(room, building, func(d *tariff.Discount) bool {
		if day := first.First(); d.Kind == tariff.Ahead && d.Months <= n && d.From <= day && (d.Until == 0 || d.Until >= day) {
			found = d
		}
		return found != nil
	})
	return found
}

// together discounts the sum of months that are billed at once.
func together(i *tariff.Item, d *tariff.Discount, lines []line) error {
	all := ahead{d.ID, d.Keep, 0, make([]int64, len(lines))}
	for k := range lines {
		all.weights[k] = int64(lines[k].amount)
	}
	parts, err := all.parts(i)
	for k, part := range parts {
		l, own := &lines[k], all
		if own.index = k; l.detail == nil {
			l.detail = &detail{}
		}
		l.detail.gross, l.detail.ahead, l.amount = max(l.detail.gross, l.amount), &own, part
	}
	return err
}

// nothing in the place of kept parts says that a discount leaves none.
const nothing = -1

// reduced is num/den, times the kept parts of 10,000 when there are any.
func reduced(num, den, keep int64) (int64, int64) {
	switch keep {
	case 0:
		return num, den
	case nothing:
		return 0, 1
	}
	g := gcd(keep, tariff.WholePrice)
	return num * (keep / g), den * (tariff.WholePrice / g)
}

// gross is the amount before discounts, or 0 when there is none.
func (l *line) gross() money.Fen {
	if l.detail == nil {
		return 0
	}
	return l.detail.gross
}

// plain reports whether the amount before discounts follows from the columns.
func (d *detail) plain() bool {
	if d.share != nil || d.meter != nil || d.shared != nil {
		return false
	}
	for i := range d.pieces {
		if d.pieces[i].rate != d.pieces[0].rate {
			return false
		}
	}
	return true
}

// undiscounted counts what discounts changed and gives both sides without
// them, so that the other causes are found as ever.
func (k *comparer) undiscounted(it *tariff.PlanItem, now *line, before *prior) (*line, *prior) {
	n, b := *now, *before
	if g := now.gross(); g > 0 {
		n.amount = g
	}
	if before.gross > 0 {
		b.amount, b.computed = before.gross, before.gross
	}
	k.add(it.Index, DiscountCause, (now.amount-n.amount)-(before.computed-b.computed))
	return &n, &b
}

// discountTexts words what the discounts of a charge did.
func (r *replay) discountTexts(amount money.Fen) []string {
	var out []string
	d := r.detail
	for _, c := range d.cuts {
		out = append(out, r.cutText(c))
	}
	if a := d.ahead; a != nil {
		text := fmt.Sprintf("一次出 %d 个月，合计按 %s 收，再分到各月，本月 %s 元", len(a.weights), tariff.KeepText(a.keep), amount.Yuan())
		out = append(out, text+r.ground(a.discount))
	}
	if d.gross > 0 {
		out = append(out, fmt.Sprintf("优惠前 %s 元，优惠 %s 元，应收 %s 元", d.gross.Yuan(), (d.gross-amount).Yuan(), amount.Yuan()))
	}
	return out
}

func (r *replay) cutText(c reduction) string {
	text := "优惠：按 " + tariff.KeepText(c.keep) + " 收"
	if x := r.names[c.discount]; x != nil {
		text = "优惠：" + x.Words()
	}
	if c.off > 0 {
		text += "，本月减 " + c.off.Yuan() + " 元"
	}
	covered := r.detail.days
	if covered == 0 {
		covered = r.charge.Month.Days()
	}
	if c.days < covered {
		text += fmt.Sprintf("，其中 %d 天", c.days)
	}
	return text + r.ground(c.discount)
}

// ground names reason, proof and who approved.
func (r *replay) ground(discount id.ID) string {
	d := r.names[discount]
	if d == nil {
		return ""
	}
	text := "；原因：" + d.Reason
	if d.Proof != "" {
		text += "，" + d.Proof
	}
	return text + fmt.Sprintf("，%s 由 %s 批准", clock.DateOf(d.Decided.At), d.Decided.Name)
}

// BeforeAhead is what a month weighs among those billed with it, and its full
// price: it ends early, so the discount for all of them goes, and no other.
func (c *Charge) BeforeAhead() (share, full money.Fen, err error) {
	d, err := decodeDetail(c.detail)
	if err != nil {
		return 0, 0, err
	}
	if a := d.ahead; a != nil && a.index < len(a.weights) && d.reason == "" {
		return money.Fen(a.weights[a.index]), max(money.Fen(a.weights[a.index]), c.Amount), nil
	}
	return c.Amount, max(d.gross, c.Amount), nil
}
