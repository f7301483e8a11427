package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	"linli/internal/tariff"
)

// ErrMeteredPlan is what is refused of items by usage.
var ErrMeteredPlan = fault.New(fault.Conflict, "item_metered", "按用量的费用要等抄表后才知道金额，不能试算和预缴")

// metered is what a charge by usage keeps.
type metered struct {
	use      tariff.Use
	reads    []meter.Read
	readings []id.ID // not stored, to mark them as charged
}

// meteredLines computes a room's charges by usage; a room without a meter has
// none, and one without usage neither.
func (c *calculator) meteredLines(it *tariff.PlanItem, own []tariff.Assignment, emit func(line)) error {
	if it.Index >= len(c.usage) {
		return ErrMeteredPlan
	}
	for i := range it.Months {
		m := &it.Months[i]
		u := c.usage[it.Index][i][c.room.ID]
		if u == nil || m.Covered(c.room, own) == 0 {
			continue
		}
		if err := u.Fault(); err != nil {
			return err
		}
		rate := m.Rates[len(m.Rates)-1].Rate
		t := rate.Priced()
		d := &metered{use: tariff.Use{Bands: u.Bands, People: c.room.People}, reads: u.Reads, readings: u.IDs}
		if n := m.Month.Sub(it.Since); n > 0 {
			d.use.Months = n + 1
		}
		if t.Yearly {
			d.use.Before = u.Before(t.SpanOf(m.Month))
		}
		amount, err := t.Amount(d.use, it.Unit, it.Rounding)
		if err != nil {
			return err
		}
		if amount > 0 {
			emit(line{item: it.Index, month: m.Month, subject: c.room.ID, payer: c.room.Payer, rate: rate.ID, price: rate.Price,
				quantity: u.Total(), factor: whole, amount: amount, detail: &detail{meter: d}})
		}
	}
	return nil
}

// usages reads what the part's rooms used, for the items by usage: a constant
// number of statements per item and month. Items whose month nobody has read
// are named once, not per room.
func (p *preparer) usages(ctx context.Context, q db.Q, pt part) (out [][]map[id.ID]*meter.Usage, unread []tariff.PlanFault, err error) {
	for i, it := range p.plan.Items {
		if it.Basis != tariff.Metered {
			continue
		}
		if out == nil {
			out = make([][]map[id.ID]*meter.Usage, len(p.plan.Items))
		}
		out[i] = make([]map[id.ID]*meter.Usage, len(it.Months))
		for j := range it.Months {
			m := &it.Months[j]
			from := m.Rates[len(m.Rates)-1].Rate.Priced().SpanOf(m.Month)
			list, err := p.s.meter.Usages(ctx, q, p.project, it.Meter, it.Since, m.Month, from, pt.After, pt.Upto)
			if err != nil {
				return nil, nil, err
			}
			read, err := p.anyRead(ctx, q, it, m.Month, list)
			if err != nil {
				return nil, nil, err
			}
			if !read {
				list = nil
				unread = append(unread, tariff.PlanFault{Item: it.ID, Month: m.Month, Reason: fmt.Sprintf("%s 还没有抄%s表", m.Month, it.Meter.Label())})
			}
			out[i][j] = list
		}
	}
	return out, unread, nil
}

func (p *preparer) anyRead(ctx context.Context, q db.Q, it *tariff.PlanItem, month clock.Month, list map[id.ID]*meter.Usage) (bool, error) {
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

// freeReadings gives readings of rooms back whose charges were withdrawn or are to
// be charged again: of a run by usage, of one kind of meter or of all. Those that
// another charge stands on, as sewage does on water, stay marked.
func (s *Service) freeReadings(ctx context.Context, tx *db.Tx, project, run, after, upto id.ID, kind supply.Kind) error {
	list, err := s.tariff.Items(ctx, tx, project)
	if err != nil || !slices.ContainsFunc(list, func(i tariff.Item) bool { return i.Basis == tariff.Metered }) {
		return err
	}
	if err := s.meter.Free(ctx, tx, project, run, after, upto, kind); err != nil {
		return err
	}
	still, err := stillMetered(ctx, tx, project, run, after, upto)
	if err != nil {
		return err
	}
	for _, x := range still {
		item := &list[slices.IndexFunc(list, func(i tariff.Item) bool { return i.ID == x.item })]
		first, _ := item.PeriodOf(x.month)
		if err := s.meter.Hold(ctx, tx, project, x.run, x.room, item.Meter, max(first, item.From.Month()), x.month); err != nil {
			return err
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
	return r.rates[r.charge.Rate].Priced().Amount(r.detail.meter.use, r.item.Unit, r.item.Rounding)
}

// tellUsage words readings, usage and every step of the tariff.
func (r *replay) tellUsage(e *Explanation) error {
	d := r.detail.meter
	if d == nil {
		return fmt.Errorf("charge %s has no usage", r.charge.ID)
	}
	for i := range d.reads {
		e.Lines = append(e.Lines, readText(&d.reads[i]))
	}
	unit := r.item.Meter.Unit()
	span := "本月"
	if d.use.Months > 1 {
		span = fmt.Sprintf("%s 至 %s ", r.charge.Month.Add(1-d.use.Months), r.charge.Month)
	}
	e.Lines = append(e.Lines, fmt.Sprintf("%s用量 %s %s", span, d.use.Total(), unit))
	t := r.rates[r.charge.Rate].Priced()
	steps, err := t.Lines(d.use)
	if err != nil {
		return err
	}
	exact, err := t.Exact(d.use)
	if err != nil {
		return err
	}
	sum, err := r.metered()
	if err != nil {
		return err
	}
	e.short = usageShort(d.reads, steps)
	e.Lines = append(append(e.Lines, steps...), fmt.Sprintf("合计 = %s 元，%s %s 元", exact, r.item.RoundingText(), sum.Yuan()))
	return nil
}

func readText(x *meter.Read) string {
	text := "表 " + x.Number
	if x.Band != supply.AllDay {
		text += "（" + x.Band.Label() + "）"
	}
	return text + "：" + readSpan(x) + "，用量 " + x.Usage.String()
}

// usageShort is a metered charge in one line: 读数 72 → 78.5，6.5 × 3.45 元.
func usageShort(reads []meter.Read, steps []string) string {
	spans := make([]string, len(reads))
	for i := range reads {
		if spans[i] = readSpan(&reads[i]); reads[i].Band != supply.AllDay {
			spans[i] = reads[i].Band.Label() + " " + spans[i]
		}
	}
	prices := slices.DeleteFunc(slices.Clone(steps), func(step string) bool { return !strings.Contains(step, " × ") })
	return "读数 " + strings.Join(spans, "、") + "，" + strings.Join(prices, " + ")
}

func readSpan(x *meter.Read) string {
	text := x.Previous.String() + " → " + x.Value.String()
	if x.Rolled {
		text += "，表字翻转"
	}
	if x.Multiplier != 10_000 {
		text += "，倍率 " + x.Multiplier.String()
	}
	if x.Estimated {
		text += "，估抄"
	}
	return text
}

func (r *replay) explainMetered() (Explanation, error) {
	amount, err := r.amount()
	if err != nil {
		return Explanation{}, fmt.Errorf("recompute charge: %w", err)
	}
	c, rate := r.charge, r.rates[r.charge.Rate]
	e := Explanation{Title: c.ItemName + " " + c.Month.String(), Formula: rate.Parsed().String(), Quantity: c.Quantity, Price: c.Price,
		Unit: r.item.PriceUnit(), Source: tariff.SourceLabel(rate.SourceKind) + " " + rate.SourceText, Rounding: r.item.RoundingText(),
		Computed: amount, Gross: amount, Amount: c.Amount}
	if err := r.tellUsage(&e); err != nil {
		return e, err
	}
	source := "单价自 " + rate.From.String() + " 起执行，依据：" + e.Source
	if rate.Tariff != nil && !rate.Tariff.Verified {
		source += "（还没有与公布的价格核对）"
	}
	e.Lines = append(e.Lines, source)
	r.tellAfter(&e)
	return e, nil
}
