package billing

import (
	"errors"

	"linli/internal/estate"
	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/meter"
	"linli/internal/tariff"
	"linli/internal/tariff/formula"
)

// line is one computed charge before it is stored.
type line struct {
	item     int // index in the plan
	month    clock.Month
	subject  id.ID
	payer    id.ID
	rate     id.ID
	quantity money.Qty
	price    money.Price
	factor   Factor
	amount   money.Fen
	detail   *detail // nil when the columns say everything
	segment  int     // which of several payers of the month, from 0
}

// piece is a rate with the part of a month it counts for.
type piece struct {
	rate     *tariff.Rate
	num, den int64
	keep     int64 // parts of 10,000 that a discount leaves, 0 = all
}

// fraction is what the rate's value is multiplied by.
func (p *piece) fraction() (num, den int64) { return reduced(p.num, p.den, p.keep) }

// share says how a month's amount was cut out of a period that is rounded once.
type share struct {
	total   money.Fen
	index   int
	weights []int64
}

// attrs are the attributes of the room that the columns of a charge do not keep.
type attrs struct {
	inner                 money.Area
	floor, floors, people int64
	known                 formula.Attr
}

// detail is what a charge keeps beside its columns.
type detail struct {
	attrs    *attrs
	pieces   []detailPiece
	share    *share
	days     int       // covered days of a month charged in part, for the text
	gross    money.Fen // before discounts, 0 = without any
	cuts     []reduction
	ahead    *ahead
	computed money.Fen
	reason   string
	by       string
	at       clock.Date
	payer    *payerCut // when the month has several payers
	meter    *metered  // only by usage
	shared   *sharedCut
	late     []string // only of a late fee
	opening  *opened  // only of a charge from before Linli, or of one that a person made
	red      bool     // taken back after its release
}

// opened is a charge as an import brought it.
type opened struct {
	amount money.Fen
	lines  []string // where it comes from
	single bool     // not imported: a person charged it
	how    string   // the document, when the person did not name the amount
}

type detailPiece struct {
	rate     id.ID
	price    money.Price
	num, den int64
	keep     int64
}

// calculator computes the lines of one room after the other; it keeps scratch
// space and is not safe for concurrent use.
type calculator struct {
	plan   *tariff.Plan
	room   *estate.BillingRoom
	vars   formula.Vars
	pieces []piece
	months []monthPieces
	cuts   []reduction
	sums   []monthSum
	out    []line
	terms  []formula.Term
	priced []formula.Vars
	usage  [][]map[id.ID]*meter.Usage // by item and month of the plan, nil without items by usage
	own    []tariff.Assignment        // of the room, for an item by quantity
	base0  money.Qty                  // what the charge says of its quantity
	mixed  bool                       // days differ in quantity
}

type monthPieces struct {
	month    *tariff.PlanMonth
	from, to int // pieces[from:to]
	cutFrom  int
	cutTo    int // cuts[cutFrom:cutTo]
	factor   Factor
	days     int
}

// monthSum is what came out for one month.
type monthSum struct {
	amount, gross money.Fen // gross is 0 without a discount
	share         *share
}

func (c *calculator) enter(r *estate.BillingRoom) { c.room, c.vars = r, tariff.RoomVars(r) }

// lines computes what the room owes for an item in the plan's months and hands
// every line to emit; one of zero says that a discount leaves nothing to pay.
// own are the room's own assignments.
func (c *calculator) lines(it *tariff.PlanItem, own []tariff.Assignment, emit func(line)) error {
	if it.Basis == tariff.Metered {
		return c.meteredLines(it, own, emit)
	}
	c.pieces, c.months, c.cuts, c.sums = c.pieces[:0], c.months[:0], c.cuts[:0], c.sums[:0]
	c.mixed, c.own = false, own
	if it.Basis == tariff.ByQuantity {
		c.measure(it, own)
	}
	for i := range it.Months {
		c.collect(it, &it.Months[i], own)
	}
	if len(c.months) == 0 {
		return nil
	}
	if err := c.base(it); err != nil {
		return err
	}
	if it.Discounts != nil {
		if err := c.discount(it); err != nil {
			return err
		}
	}
	c.out = c.out[:0]
	for i := range c.months {
		if sum := &c.sums[i]; sum.amount > 0 || sum.gross > 0 {
			c.out = append(c.out, c.line(it, &c.months[i], sum))
		}
	}
	if d := c.aheadOf(it); d != nil {
		if err := together(it.Item, d, c.out); err != nil {
			return err
		}
	}
	for i := range c.out {
		emit(c.out[i])
	}
	return nil
}

// base computes the months without what is taken off after rounding.
func (c *calculator) base(it *tariff.PlanItem) error {
	if it.AtPeriod {
		return c.period(it)
	}
	return c.monthly(it)
}

// monthly rounds every month.
func (c *calculator) monthly(it *tariff.PlanItem) error {
	for i := range c.months {
		amount, err := c.amount(it, c.pieces[c.months[i].from:c.months[i].to])
		if err != nil {
			return err
		}
		c.sums = append(c.sums, monthSum{amount: amount})
	}
	return nil
}

// collect adds the pieces of one month: one per rate that counts in it.
func (c *calculator) collect(it *tariff.PlanItem, m *tariff.PlanMonth, own []tariff.Assignment) {
	set := m.Covered(c.room, own)
	if set == 0 {
		return
	}
	num, den := it.FirstMonth.Weigh(set, m.Len)
	if num == 0 {
		return
	}
	if it.PerPeriod {
		den *= int64(it.Cycle.Months())
	}
	mp := monthPieces{month: m, from: len(c.pieces), cutFrom: len(c.cuts), factor: factorOf(num, den), days: set.Count()}
	if it.Discounts == nil {
		c.rated(m, set, mp.days, num, den, 0)
	} else {
		c.cheaper(it, m, set, num, den)
	}
	mp.to, mp.cutTo = len(c.pieces), len(c.cuts)
	c.months = append(c.months, mp)
}

// rated adds the pieces of some of the n covered days of a month.
func (c *calculator) rated(m *tariff.PlanMonth, set tariff.Days, n int, num, den, keep int64) {
	if c.mixed {
		c.shares(m, set, n, num, den, keep)
		return
	}
	c.ratedOf(m, set, n, num, den, keep)
}

func (c *calculator) ratedOf(m *tariff.PlanMonth, set tariff.Days, n int, num, den, keep int64) {
	for _, r := range m.Rates {
		if k := (set & r.Days).Count(); k == n {
			c.pieces = append(c.pieces, piece{r.Rate, num, den, keep})
		} else if k > 0 {
			c.pieces = append(c.pieces, piece{r.Rate, num * int64(k), den * int64(n), keep})
		}
	}
}

// period rounds the whole period once and splits it over its months.
func (c *calculator) period(it *tariff.PlanItem) error {
	total, err := c.amount(it, c.pieces)
	if err != nil {
		return err
	}
	if total == 0 {
		c.sums = append(c.sums, make([]monthSum, len(c.months))...)
		return nil
	}
	weights := make([]int64, len(c.months))
	for i := range c.months {
		w, err := c.amount(it, c.pieces[c.months[i].from:c.months[i].to])
		if err != nil {
			return err
		}
		weights[i] = int64(w)
	}
	for i, amount := range money.Split(total, weights) {
		c.sums = append(c.sums, monthSum{amount: amount, share: &share{total, i, weights}})
	}
	return nil
}

// amount rounds the sum of the pieces once. The plain bases need no closure:
// price × area × num ÷ den fits 128 bits.
func (c *calculator) amount(it *tariff.PlanItem, pieces []piece) (money.Fen, error) {
	if len(pieces) == 1 && it.Basis != tariff.ByFormula {
		num, den := pieces[0].fraction()
		return plainAmount(it.Item, &c.vars, pieces[0].rate.Price, num, den)
	}
	c.terms, c.priced = c.terms[:0], c.priced[:0]
	for range pieces {
		c.priced = append(c.priced, c.vars)
	}
	for i, p := range pieces {
		c.priced[i].Price = p.rate.Price
		c.terms = append(c.terms, formula.Term{Formula: p.rate.Parsed(), Vars: &c.priced[i]})
		c.terms[i].Num, c.terms[i].Den = p.fraction()
	}
	return formula.Sum(c.terms, it.Rounding, it.Unit)
}

func plainAmount(i *tariff.Item, v *formula.Vars, price money.Price, num, den int64) (money.Fen, error) {
	quantity, scale := num, int64(10_000) // yuan ×10⁻⁶ = fen ×10⁻⁴
	if i.Basis != tariff.Fixed && !v.Has(i.Basis.Known()) {
		return 0, &formula.MissingError{Attr: i.Basis.Known()}
	}
	switch i.Basis {
	case tariff.ByArea:
		quantity, scale = int64(v.Area)*num, 1_000_000 // × ㎡ ×10⁻² = fen ×10⁻⁶
	case tariff.ByPeople:
		quantity = v.People * num
	case tariff.ByQuantity:
		quantity, scale = int64(v.Quantity)*num, 100_000_000 // × ×10⁻⁴ = fen ×10⁻⁸
	}
	count, err := money.MulDiv(int64(price), quantity, scale*den*int64(i.Unit), i.Rounding)
	if err != nil {
		return 0, formula.ErrOverflow
	}
	return money.Fen(count) * i.Unit, nil
}

func (c *calculator) line(it *tariff.PlanItem, m *monthPieces, sum *monthSum) line {
	last := c.pieces[m.to-1]
	l := line{item: it.Index, month: m.month.Month, subject: c.room.ID, payer: c.room.Payer, rate: last.rate.ID, price: last.rate.Price,
		quantity: it.Basis.Quantity(&c.vars, it.Needs), factor: m.factor, amount: sum.amount}
	stored := it.Basis.Known() | formula.Price | formula.Months
	pieces := c.pieces[m.from:m.to]
	if sum.share != nil {
		pieces = c.pieces
	}
	if it.Needs&^stored == 0 && len(pieces) == 1 && !c.mixed && sum.share == nil && m.days == m.month.Len && sum.gross == 0 {
		return l
	}
	l.detail = &detail{share: sum.share, gross: sum.gross}
	if m.cutTo > m.cutFrom {
		l.detail.cuts = append(l.detail.cuts, c.cuts[m.cutFrom:m.cutTo]...)
	}
	if m.days != m.month.Len {
		l.detail.days = m.days
	}
	if it.Needs&^stored != 0 {
		l.detail.attrs = &attrs{c.vars.InnerArea, c.vars.Floor, c.vars.Floors, c.vars.People, c.vars.Known}
	}
	if len(pieces) > 1 || c.mixed || sum.share != nil || pieces[0].keep != 0 {
		for _, p := range pieces {
			l.detail.pieces = append(l.detail.pieces, detailPiece{p.rate.ID, p.rate.Price, p.num, p.den, p.keep})
		}
	}
	return l
}

// Reason words why a room could not be charged.
func Reason(err error) string {
	var missing *formula.MissingError
	switch {
	case errors.As(err, &missing):
		if missing.Attr == formula.Quantity {
			return "没有填数量，请到这项费用的收费范围补上"
		}
		return missing.Error() + "，请到房屋档案补上"
	case errors.Is(err, formula.ErrNegative):
		return "算出来是负数，请核对公式"
	case errors.Is(err, formula.ErrDivideByZero):
		return "公式里除数为零，请核对公式和房屋档案"
	case errors.Is(err, formula.ErrOverflow):
		return "数值超出可计算的范围，请核对单价和面积"
	}
	if f := fault.As(err); f != nil {
		return f.Text
	}
	return "没能算出：" + err.Error()
}
