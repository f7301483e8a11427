package billing

import (
	"context"
	"errors"
	"fmt"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/meter"
)

// Metered is the basis of what is charged by usage: what meters say was used in
// the month, priced by the rate's tariff.
const Metered Basis = "metered"

// meteredFormula names what a plain tariff multiplies.
const meteredFormula = "数量*单价"

// What is refused of items by usage.
var (
	ErrMeteredPlan = fault.New(fault.Conflict, "item_metered", "按用量的费用要等抄表后才知道金额，不能试算和预缴")
	ErrPassThrough = fault.New(fault.Conflict, "item_pass_through", "按用量和公摊的费用照实分摊，不设优惠")
)

// metered is what a charge by usage keeps.
type metered struct {
	use      meter.Use
	reads    []meter.Read
	readings []id.ID // not stored, to mark them as charged
}

// priced is the tariff of the rate.
func (r *Rate) priced() *meter.Tariff {
	if r.Tariff != nil {
		return r.Tariff
	}
	return meter.Plain(r.Price)
}

// checkTariff refuses tariffs that cannot be computed and takes the first price
// for the rate's own.
func (r *Rate) checkTariff(b Basis) error {
	if r.Tariff == nil {
		return nil
	}
	if b != Metered {
		return ErrRate.At("body.tariff", "只有按用量的项目才分阶梯和时段", "")
	}
	if err := r.Tariff.Check(); err != nil {
		return err
	}
	r.Price = r.Tariff.Bands[0].Price
	return nil
}

// checkMeter holds an item against what its basis can be.
func (i *Item) checkMeter() error {
	if i.Basis != Metered {
		if i.Meter != "" {
			return ErrItem.At("body.meter_kind", "只有按用量的项目才选表", string(i.Meter))
		}
		return nil
	}
	switch {
	case i.Meter.Label() == "":
		return ErrItem.At("body.meter_kind", "要选按哪种表收", string(i.Meter))
	case i.Cycle != "month":
		return ErrItem.At("body.cycle", "按用量的费用按月出账", string(i.Cycle))
	case i.PerPeriod || i.AtPeriod:
		return ErrItem.At("body.round_at", "按用量的费用每月取整", "period")
	}
	return nil
}

// meteredLines computes a room's charges by usage; a room without a meter has
// none, and one without usage neither.
func (c *calculator) meteredLines(it *planItem, own []Assignment, emit func(line)) error {
	if it.index >= len(c.usage) {
		return ErrMeteredPlan
	}
	for i := range it.months {
		m := &it.months[i]
		u := c.usage[it.index][i][c.room.ID]
		if u == nil || m.covered(c.room, own) == 0 {
			continue
		}
		if err := u.Fault(); err != nil {
			return err
		}
		rate := m.rates[len(m.rates)-1].rate
		t := rate.priced()
		d := &metered{use: meter.Use{Bands: u.Bands, People: c.room.People}, reads: u.Reads, readings: u.IDs}
		if t.Yearly {
			d.use.Before = u.Before(t.SpanOf(m.month))
		}
		amount, err := t.Amount(d.use, it.Unit, it.Rounding)
		if err != nil {
			return err
		}
		if amount > 0 {
			emit(line{item: it.index, month: m.month, subject: c.room.ID, payer: c.room.Payer, rate: rate.ID, price: rate.Price,
				quantity: u.Total(), factor: whole, amount: amount, detail: &detail{meter: d}})
		}
	}
	return nil
}

// usages reads what the part's rooms used, for the items by usage: a constant
// number of statements per item and month. Items whose month nobody has read
// are named once, not per room.
func (p *preparer) usages(ctx context.Context, q db.Q, pt part) (out [][]map[id.ID]*meter.Usage, unread []planFault, err error) {
	for i, it := range p.plan.items {
		if it.Basis != Metered {
			continue
		}
		if out == nil {
			out = make([][]map[id.ID]*meter.Usage, len(p.plan.items))
		}
		out[i] = make([]map[id.ID]*meter.Usage, len(it.months))
		for j := range it.months {
			m := &it.months[j]
			from := m.rates[len(m.rates)-1].rate.priced().SpanOf(m.month)
			list, err := p.s.meter.Usages(ctx, q, p.project, it.Meter, m.month, from, pt.After, pt.Upto)
			if err != nil {
				return nil, nil, err
			}
			read, err := p.anyRead(ctx, q, it, m.month, list)
			if err != nil {
				return nil, nil, err
			}
			if !read {
				list = nil
				unread = append(unread, planFault{it.ID, m.month, fmt.Sprintf("%s 还没有抄%s表", m.month, it.Meter.Label())})
			}
			out[i][j] = list
		}
	}
	return out, unread, nil
}

func (p *preparer) anyRead(ctx context.Context, q db.Q, it *planItem, month clock.Month, list map[id.ID]*meter.Usage) (bool, error) {
	for _, u := range list {
		if len(u.Reads) > 0 {
			return true, nil
		}
	}
	return p.s.meter.AnyRead(ctx, q, p.project, it.Meter, month)
}

// chargeReadings marks the readings behind the lines of a part. Error:
// meter.ErrMoved when somebody changed one since.
func (s *Service) chargeReadings(ctx context.Context, tx *db.Tx, project, run id.ID, w *work) error {
	var ids []id.ID
	for i := range w.full {
		if d := w.full[i].detail.meter; d != nil && w.full[i].segment == 0 {
			ids = append(ids, d.readings...)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return s.meter.Charge(ctx, tx, project, run, ids)
}

// freeReadings gives the readings of a withdrawn part back.
func (s *Service) freeReadings(ctx context.Context, tx *db.Tx, project, run id.ID, pt part) error {
	list, err := items(ctx, tx, project)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].Basis == Metered {
			return s.meter.Free(ctx, tx, project, run, pt.After, pt.Upto)
		}
	}
	return nil
}

// moved reports that a part was computed from what has changed since.
func moved(err error) bool { return db.IsUnique(err) || errors.Is(err, meter.ErrMoved) }

func (r *replay) metered() (money.Fen, error) {
	if r.detail.meter == nil {
		return 0, fmt.Errorf("charge %s has no usage", r.charge.ID)
	}
	return r.rates[r.charge.Rate].priced().Amount(r.detail.meter.use, r.item.Unit, r.item.Rounding)
}

// usageLines words readings, usage and every step of the tariff.
func (r *replay) usageLines() ([]string, error) {
	d := r.detail.meter
	if d == nil {
		return nil, fmt.Errorf("charge %s has no usage", r.charge.ID)
	}
	out := []string{}
	for i := range d.reads {
		out = append(out, readText(&d.reads[i]))
	}
	unit := r.item.Meter.Unit()
	out = append(out, fmt.Sprintf("本月用量 %s %s", d.use.Total(), unit))
	t := r.rates[r.charge.Rate].priced()
	steps, err := t.Lines(d.use)
	if err != nil {
		return nil, err
	}
	exact, err := t.Exact(d.use)
	if err != nil {
		return nil, err
	}
	sum, err := r.metered()
	if err != nil {
		return nil, err
	}
	return append(append(out, steps...), fmt.Sprintf("合计 = %s 元，%s %s 元", exact, r.item.roundingText(), sum.Yuan())), nil
}

func readText(x *meter.Read) string {
	text := "表 " + x.Number
	if x.Band != meter.AllDay {
		text += "（" + x.Band.Label() + "）"
	}
	text += "：" + x.Previous.String() + " → " + x.Value.String()
	if x.Rolled {
		text += "，表字翻转"
	}
	if x.Multiplier != 10_000 {
		text += "，倍率 " + x.Multiplier.String()
	}
	if x.Estimated {
		text += "，估抄"
	}
	return text + "，用量 " + x.Usage.String()
}

func (r *replay) explainMetered() (Explanation, error) {
	amount, err := r.amount()
	if err != nil {
		return Explanation{}, fmt.Errorf("recompute charge: %w", err)
	}
	c, rate := r.charge, r.rates[r.charge.Rate]
	e := Explanation{Title: c.ItemName + " " + c.Month.String(), Formula: rate.parsed.String(), Quantity: c.Quantity, Price: c.Price,
		Unit: r.item.priceUnit(), Source: sourceLabel(rate.SourceKind) + "：" + rate.SourceText, Rounding: r.item.roundingText(),
		Computed: amount, Gross: amount, Amount: c.Amount}
	if e.Lines, err = r.usageLines(); err != nil {
		return e, err
	}
	source := "单价自 " + rate.From.String() + " 起执行，依据：" + e.Source
	if rate.Tariff != nil && !rate.Tariff.Verified {
		source += "（还没有与公布的价格核对）"
	}
	e.Lines = append(e.Lines, source)
	corrected := c.Amount
	if p := r.detail.payer; p != nil {
		corrected = p.total
		e.Lines = append(e.Lines, p.text(c.Month, c.Amount))
	}
	if r.detail.reason != "" {
		e.Lines = append(e.Lines, fmt.Sprintf("%s 由 %s 更正：%s → %s 元，原因：%s", r.detail.at, r.detail.by,
			r.detail.computed.Yuan(), corrected.Yuan(), r.detail.reason))
	}
	return e, nil
}
