package billing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff"
	"linli/internal/tariff/formula"
)

// Explanation says how the amount of a charge came about (怎么算的).
type Explanation struct {
	Title    string   // 物业服务费 2026-11
	Lines    []string // the computation step by step, the last one ends in the amount
	Formula  string
	Quantity money.Qty
	Price    money.Price
	Unit     string // of the price: 元/㎡·月
	Source   string // the legal ground of the price
	Rounding string // 四舍五入到分
	Computed money.Fen
	Gross    money.Fen // before discounts; equals Computed without any
	Amount   money.Fen // differs from Computed only after a correction by hand
	short    string    // for Short, where the lines do not say it
}

// Short is the explanation in one line of paper: what is multiplied, before the sum.
func (e Explanation) Short() string {
	sum := slices.IndexFunc(e.Lines, func(l string) bool { return strings.Contains(l, "= ") })
	if sum < 0 {
		sum = len(e.Lines)
	}
	out := cmp.Or(e.short, strings.Join(e.Lines[:sum], " + "))
	if e.Amount != e.Computed {
		out += "，经更正"
	}
	return out
}

// Explain recomputes a charge from what was stored with it and words every
// step. Error: fault.ErrNotFound.
func (s *Service) Explain(ctx context.Context, q db.Q, project, charge id.ID) (Explanation, error) {
	list, err := s.ExplainAll(ctx, q, project, []id.ID{charge})
	return list[charge], err
}

// ExplainAll explains several charges by a few reads. Error: fault.ErrNotFound
// when one of them does not exist.
func (s *Service) ExplainAll(ctx context.Context, q db.Q, project id.ID, charges []id.ID) (map[id.ID]Explanation, error) {
	have, err := chargesByID(ctx, q, project, charges)
	if err != nil {
		return nil, fmt.Errorf("explain charges: %w", err)
	}
	if slices.ContainsFunc(charges, func(c id.ID) bool { return have[c].ID == 0 }) {
		return nil, fault.ErrNotFound
	}
	return s.ExplainRead(ctx, q, project, have)
}

// ExplainRead is ExplainAll for charges that have been read in this transaction.
func (s *Service) ExplainRead(ctx context.Context, q db.Q, project id.ID, have map[id.ID]Charge) (map[id.ID]Explanation, error) {
	g := grounds{tariff: s.tariff, items: map[id.ID]*ground{}}
	out := make(map[id.ID]Explanation, len(have))
	for charge, c := range have {
		var err error
		if out[charge], err = g.explain(ctx, q, project, &c); err != nil {
			return nil, fmt.Errorf("explain charge: %w", err)
		}
	}
	return out, s.addLater(ctx, q, project, out)
}

// grounds are the items of explained charges, each read once.
type grounds struct {
	tariff *tariff.Service
	items  map[id.ID]*ground
}

type ground struct {
	item      tariff.Item
	rates     []tariff.Rate
	discounts map[id.ID]*tariff.Discount // nil until a charge names one
}

func (g *grounds) of(ctx context.Context, q db.Q, project, item id.ID) (*ground, error) {
	if x := g.items[item]; x != nil {
		return x, nil
	}
	x := &ground{}
	var err error
	if x.item, err = g.tariff.Item(ctx, q, project, item); err != nil {
		return nil, err
	}
	if x.rates, err = g.tariff.Rates(ctx, q, project, item); err != nil {
		return nil, err
	}
	g.items[item] = x
	return x, nil
}

func (g *grounds) explain(ctx context.Context, q db.Q, project id.ID, c *Charge) (Explanation, error) {
	if c.Late != 0 {
		return explainLate(c)
	}
	x, err := g.of(ctx, q, project, c.Item)
	if err != nil {
		return Explanation{}, err
	}
	r, err := newReplay(c, &x.item, x.rates)
	if err != nil {
		return Explanation{}, err
	}
	if r.detail.opening != nil {
		return r.explainOpening()
	}
	if r.detail.gross > 0 && x.discounts == nil {
		if x.discounts, err = g.tariff.DiscountsOf(ctx, q, project, c.Item); err != nil {
			return Explanation{}, err
		}
	}
	r.names = x.discounts
	return r.explain()
}

// replay is a stored charge with everything its amount follows from.
type replay struct {
	charge *Charge
	item   *tariff.Item
	rates  map[id.ID]*tariff.Rate
	detail *detail
	terms  []formula.Term
	vars   []formula.Vars
	pieces []detailPiece
	names  map[id.ID]*tariff.Discount // only for the text
}

func newReplay(c *Charge, item *tariff.Item, rates []tariff.Rate) (*replay, error) {
	d, err := decodeDetail(c.detail)
	if err != nil {
		return nil, err
	}
	r := &replay{charge: c, item: item, rates: map[id.ID]*tariff.Rate{}, detail: d, pieces: d.pieces}
	if item.Basis == tariff.Shared || item.Basis.Single() || d.opening != nil {
		return r, nil
	}
	if r.pieces == nil {
		r.pieces = []detailPiece{{c.Rate, c.Price, c.Factor.Num(), c.Factor.Den(), 0}}
	}
	for i := range rates {
		r.rates[rates[i].ID] = &rates[i]
	}
	v, err := item.Basis.Vars(c.Quantity)
	if err != nil {
		return nil, err
	}
	if a := d.attrs; a != nil {
		v.Known, v.InnerArea, v.Floor, v.Floors, v.People = a.known|formula.Price|formula.Months, a.inner, a.floor, a.floors, a.people
	}
	r.vars = make([]formula.Vars, len(r.pieces))
	for i, p := range r.pieces {
		rate, ok := r.rates[p.rate]
		if !ok {
			return nil, fmt.Errorf("rate %s of charge %s is gone", p.rate, c.ID)
		}
		if err := rate.Parse(item.Basis); err != nil {
			return nil, fmt.Errorf("formula of rate %s: %w", p.rate, err)
		}
		r.vars[i] = v
		r.vars[i].Price = p.price
		r.terms = append(r.terms, formula.Term{Formula: rate.Parsed(), Vars: &r.vars[i]})
		r.terms[i].Num, r.terms[i].Den = reduced(p.num, p.den, p.keep)
	}
	return r, nil
}

// amount is what the charge must have been computed as.
func (r *replay) amount() (money.Fen, error) {
	month, err := r.month()
	if err != nil || r.detail.payer == nil || r.detail.reason != "" {
		return month, err
	}
	return r.detail.payer.of(month), nil
}

// month is what the whole month comes to, whoever pays.
func (r *replay) month() (money.Fen, error) {
	if r.detail.opening != nil {
		return r.detail.opening.amount, nil
	}
	switch r.item.Basis {
	case tariff.Metered:
		return r.metered()
	case tariff.Shared:
		return r.shared()
	}
	sum, err := formula.Sum(r.terms, r.item.Rounding, r.item.Unit)
	if err != nil {
		return sum, err
	}
	if sh := r.detail.share; sh != nil {
		parts := money.Split(sum, sh.weights)
		if sh.index >= len(parts) {
			return 0, fmt.Errorf("share %d of %d", sh.index, len(parts))
		}
		sum = parts[sh.index]
	}
	for _, c := range r.detail.cuts {
		sum -= c.off
	}
	sum = max(sum, 0)
	if a := r.detail.ahead; a != nil {
		return a.part(r.item, sum)
	}
	return sum, nil
}

// stored is the amount that was computed, before any correction by hand.
func (r *replay) stored() money.Fen {
	if r.detail.reason != "" {
		return r.detail.computed
	}
	return r.charge.Amount
}

func (r *replay) explain() (Explanation, error) {
	switch r.item.Basis {
	case tariff.Metered:
		return r.explainMetered()
	case tariff.Shared:
		return r.explainShared()
	}
	amount, err := r.amount()
	if err != nil {
		return Explanation{}, fmt.Errorf("recompute charge: %w", err)
	}
	month, err := r.month()
	if err != nil {
		return Explanation{}, fmt.Errorf("recompute charge: %w", err)
	}
	c, rate := r.charge, r.rates[r.charge.Rate]
	e := Explanation{Title: c.ItemName + " " + c.Month.String(), Formula: rate.Parsed().String(), Quantity: c.Quantity, Price: c.Price,
		Unit: r.item.PriceUnit(), Source: tariff.SourceLabel(rate.SourceKind) + " " + rate.SourceText, Rounding: r.item.RoundingText(),
		Computed: amount, Amount: c.Amount}
	exact, err := formula.SumValue(r.terms)
	if err != nil {
		return Explanation{}, fmt.Errorf("recompute charge: %w", err)
	}
	sum, err := formula.Sum(r.terms, r.item.Rounding, r.item.Unit)
	if err != nil {
		return Explanation{}, fmt.Errorf("recompute charge: %w", err)
	}
	for i := range r.terms {
		e.Lines = append(e.Lines, r.termText(i))
	}
	if e.Gross = amount; r.detail.gross > 0 {
		e.Gross = r.detail.gross
	}
	last := fmt.Sprintf("= %s 元，%s %s 元", exact, r.item.RoundingText(), sum.Yuan())
	if len(r.terms) > 1 {
		last = "合计 " + last
	}
	e.Lines = append(e.Lines, last)
	if sh := r.detail.share; sh != nil {
		e.Lines = append(e.Lines, fmt.Sprintf("整%s %s 元分到各月，本月 %s 元", r.item.Cycle.Label(), sum.Yuan(),
			money.Split(sum, sh.weights)[sh.index].Yuan()))
	}
	e.Lines = append(e.Lines, r.discountTexts(month)...)
	if r.detail.days > 0 {
		e.Lines = append(e.Lines, fmt.Sprintf("本月计费 %d 天，首尾两天都算", r.detail.days))
	}
	e.Lines = append(e.Lines, "单价自 "+rate.From.String()+" 起执行，依据："+e.Source)
	r.tellAfter(&e)
	return e, nil
}

// tellAfter words what came after the computation: the part of this payer, a correction by hand.
func (r *replay) tellAfter(e *Explanation) {
	c, d, corrected := r.charge, r.detail, r.charge.Amount
	if d.payer != nil {
		corrected = d.payer.total
		e.Lines = append(e.Lines, d.payer.text(c.Month, c.Amount))
	}
	if d.reason != "" {
		e.Lines = append(e.Lines, fmt.Sprintf("%s 由 %s 更正：%s → %s 元，原因：%s", d.at, d.by, d.computed.Yuan(), corrected.Yuan(), d.reason))
	}
}

func (r *replay) termText(at int) string {
	t := r.terms[at]
	text := t.Formula.Filled(t.Vars)
	price := fmt.Sprintf("%s %s", t.Vars.Price, r.item.PriceUnit())
	switch r.item.Basis {
	case tariff.ByArea:
		text = fmt.Sprintf("%s ㎡ × %s", t.Vars.Area, price)
	case tariff.ByPeople:
		text = fmt.Sprintf("%d 人 × %s", t.Vars.People, price)
	case tariff.ByQuantity:
		text = fmt.Sprintf("%s 个 × %s", t.Vars.Quantity, price)
	case tariff.Fixed:
		text = price
	}
	if k := r.pieces[at].keep; k != 0 {
		text += " × " + tariff.KeepText(max(k, 0))
		t.Num, t.Den = r.pieces[at].num, r.pieces[at].den
	}
	if t.Num == t.Den {
		return text
	}
	if r.item.Basis == tariff.ByFormula {
		text = "(" + text + ")"
	}
	if g := gcd(t.Num, t.Den); r.detail.days == 0 || r.detail.pieces != nil || r.item.PerPeriod {
		return fmt.Sprintf("%s × %d/%d", text, t.Num/g, t.Den/g)
	}
	return fmt.Sprintf("%s × %s", text, r.item.FirstMonth.Text(r.detail.days, r.charge.Month))
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
