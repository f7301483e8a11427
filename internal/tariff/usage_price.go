package tariff

import (
	"fmt"
	"math/big"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
)

// What usage is refused for when it is priced.
var (
	ErrTariff  = fault.New(fault.Invalid, "tariff_invalid", "阶梯或分时价格填写不对，请按提示修改")
	ErrTooMuch = fault.New(fault.Invalid, "usage_too_large", "用量超出可计算的范围，请核对读数和倍率")
)

// BandPrice is what one unit costs in a band, before what tiers add.
type BandPrice struct {
	Band  supply.Band
	Price money.Price // yuan ×10⁻⁶
}

// Tier is one step of a tariff 阶梯.
type Tier struct {
	Upto money.Qty   // accumulated usage up to which the tier counts, 0 = without end
	Add  money.Price // what a unit costs more than the price of its band
}

// UsagePrice says what usage costs: prices by band, and what each tier adds to
// them. With bands and tiers at once the base is priced by band and the add-on
// by the quantity beyond the limits, so nobody has to know which unit it was
// that went beyond (domain 1.3, case B06).
type UsagePrice struct {
	Yearly    bool        // tiers accumulate over the tariff year; else over the month
	YearStart int         // month in which the tariff year begins, 1–12
	Bands     []BandPrice // at least one
	Tiers     []Tier      // none, or growing limits with the last without end
	People    int         // households with more people than this get wider tiers, 0 = never
	PerPerson money.Qty   // by how much each further person widens every limit
	Verified  bool        // somebody compared it with the published tariff
}

// Plain is a tariff of one price.
func Plain(price money.Price) *UsagePrice {
	return &UsagePrice{YearStart: 1, Bands: []BandPrice{{supply.AllDay, price}}}
}

// Check refuses what cannot be computed. Error: ErrTariff.
func (t *UsagePrice) Check() error {
	if t.YearStart < 1 || t.YearStart > 12 {
		return ErrTariff.At("body.tariff.year_start", "要在 1–12 之间", t.YearStart)
	}
	if len(t.Bands) == 0 || len(t.Bands) > 4 {
		return ErrTariff.At("body.tariff.bands", "至少要有一个价格", len(t.Bands))
	}
	seen := map[supply.Band]bool{}
	for _, b := range t.Bands {
		if !b.Band.Valid() || seen[b.Band] || b.Band == supply.AllDay && len(t.Bands) > 1 {
			return ErrTariff.At("body.tariff.bands", "时段不能重复，也不能和全天价混用", string(b.Band))
		}
		if seen[b.Band] = true; b.Price < 0 || b.Price > MaxPrice {
			return ErrTariff.At("body.tariff.bands", "单价要在 0–1,000,000 元之间", int64(b.Price))
		}
	}
	if t.People < 0 || t.People > 100 || t.PerPerson < 0 {
		return ErrTariff.At("body.tariff.people", "人数和增加的用量不能为负", t.People)
	}
	return t.checkTiers()
}

func (t *UsagePrice) checkTiers() error {
	var last money.Qty
	for i, x := range t.Tiers {
		final := i == len(t.Tiers)-1
		if final != (x.Upto == 0) || !final && x.Upto <= last {
			return ErrTariff.At("body.tariff.tiers", "各档上限要越来越大，最后一档不设上限", i+1)
		}
		for _, b := range t.Bands {
			if b.Price+x.Add < 0 || x.Add > MaxPrice {
				return ErrTariff.At("body.tariff.tiers", "加价后单价不能为负", i+1)
			}
		}
		last = x.Upto
	}
	return nil
}

// SpanOf gives the months over which tiers accumulate, up to month itself.
func (t *UsagePrice) SpanOf(month clock.Month) (from clock.Month) {
	if !t.Yearly || len(t.Tiers) == 0 {
		return month
	}
	return month.Add(-((month.Number() - t.YearStart + 12) % 12))
}

// Use is what a tariff prices.
type Use struct {
	Bands  []supply.BandUse
	Before money.Qty // used since the accumulator began, before this
	Months int       // that the usage is of, when they are more than one: so many times as wide are tiers by month
	People int       // of the household
}

// Total is the quantity of all bands.
func (u *Use) Total() money.Qty { return supply.Total(u.Bands) }

// Step is one product of the computation.
type Step struct {
	Label string // 第 2 档, 峰, 第 2 档加价; empty for a tariff of one price
	Qty   money.Qty
	Price money.Price
}

// Steps takes usage apart into products whose sum is the amount. Error:
// ErrTariff when a band has no price.
func (t *UsagePrice) Steps(u Use) ([]Step, error) {
	out := []Step{}
	single := len(t.Bands) == 1
	for _, b := range u.Bands {
		price, ok := t.priceOf(b.Band)
		if !ok {
			return nil, ErrTariff.Say("没有「%s」时段的单价", max(b.Band.Label(), "全天"))
		}
		if b.Qty != 0 && (!single || len(t.Tiers) == 0) {
			out = append(out, Step{b.Band.Label(), b.Qty, price})
		}
	}
	for i, q := range t.inTiers(u) {
		x := t.Tiers[i]
		switch {
		case q == 0:
		case single:
			out = append(out, Step{fmt.Sprintf("第 %d 档", i+1), q, t.Bands[0].Price + x.Add})
		case x.Add != 0:
			out = append(out, Step{fmt.Sprintf("第 %d 档加价", i+1), q, x.Add})
		}
	}
	return out, nil
}

func (t *UsagePrice) priceOf(b supply.Band) (money.Price, bool) {
	for _, x := range t.Bands {
		if x.Band == b || x.Band == supply.AllDay {
			return x.Price, true
		}
	}
	return 0, false
}

// inTiers is how much of the usage falls into each tier.
func (t *UsagePrice) inTiers(u Use) []money.Qty {
	out := make([]money.Qty, len(t.Tiers))
	left, at := u.Total(), u.Before
	for i := range t.Tiers {
		room := left
		if limit := t.limit(i, u); limit != 0 {
			room = min(left, max(limit-at, 0))
		}
		out[i] = room
		left -= room
		at += room
	}
	return out
}

// limit is where a tier ends for a household, 0 = never.
func (t *UsagePrice) limit(tier int, u Use) money.Qty {
	limit := t.Tiers[tier].Upto
	if limit != 0 && t.People > 0 && u.People > t.People {
		limit += money.Qty(u.People-t.People) * t.PerPerson
	}
	if !t.Yearly {
		limit *= money.Qty(max(u.Months, 1))
	}
	return limit
}

// pricedFen is how many of the products' units make a fen: yuan ×10⁻⁶ × 10⁻⁴.
const pricedFen = 100_000_000

func exact(steps []Step) *big.Int {
	sum, x := new(big.Int), new(big.Int)
	for _, s := range steps {
		sum.Add(sum, x.Mul(big.NewInt(int64(s.Qty)), big.NewInt(int64(s.Price))))
	}
	return sum
}

// Amount prices usage in fen, rounded once to a multiple of unit. Errors:
// ErrTariff, ErrTooMuch.
func (t *UsagePrice) Amount(u Use, unit money.Fen, mode money.Rounding) (money.Fen, error) {
	steps, err := t.Steps(u)
	if err != nil {
		return 0, err
	}
	div := new(big.Int).Mul(big.NewInt(pricedFen), big.NewInt(int64(unit)))
	count, rest := new(big.Int).QuoRem(exact(steps), div, new(big.Int))
	if rest.Sign() < 0 || count.Sign() < 0 {
		return 0, ErrTariff
	}
	if rest.Sign() != 0 && mode.Away(count.Bit(0) == 1, rest.Lsh(rest, 1).Cmp(div)) {
		count.Add(count, big.NewInt(1))
	}
	count.Mul(count, big.NewInt(int64(unit)))
	if !count.IsInt64() {
		return 0, ErrTooMuch
	}
	return money.Fen(count.Int64()), nil
}

// Lines words every step: 第 1 档：30 × 5 元.
func (t *UsagePrice) Lines(u Use) ([]string, error) {
	steps, err := t.Steps(u)
	if err != nil {
		return nil, err
	}
	out := []string{}
	if len(t.Tiers) > 0 {
		span := "本月"
		if t.Yearly {
			span = "本年度"
		}
		text := span + "此前已用 " + u.Before.String()
		if !t.Yearly && u.Months > 1 {
			text = fmt.Sprintf("%d 个月合在一起，各档上限按 %d 倍", u.Months, u.Months)
		}
		if t.People > 0 && u.People > t.People {
			text += fmt.Sprintf("，家庭 %d 人，各档上限加 %s", u.People, money.Qty(u.People-t.People)*t.PerPerson)
		}
		out = append(out, text)
	}
	for _, s := range steps {
		text := s.Qty.String() + " × " + s.Price.String() + " 元"
		if s.Label != "" {
			text = s.Label + "：" + text
		}
		out = append(out, text)
	}
	return out, nil
}

// Exact is the amount in yuan before rounding, as text.
func (t *UsagePrice) Exact(u Use) (string, error) {
	steps, err := t.Steps(u)
	if err != nil {
		return "", err
	}
	text := exact(steps).String()
	text = strings.Repeat("0", max(0, 11-len(text))) + text
	cut := len(text) - 10
	return text[:cut] + strings.TrimSuffix("."+strings.TrimRight(text[cut:], "0"), "."), nil
}

// Words says what the tariff is, in one line.
func (t *UsagePrice) Words() string {
	var parts []string
	for _, b := range t.Bands {
		parts = append(parts, strings.TrimSpace(b.Band.Label()+" "+b.Price.String()))
	}
	text := strings.Join(parts, "，") + " 元"
	if len(t.Tiers) == 0 {
		return text
	}
	parts = parts[:0]
	for i, x := range t.Tiers {
		part := fmt.Sprintf("第 %d 档", i+1)
		if x.Upto != 0 {
			part += "到 " + x.Upto.String()
		}
		if x.Add != 0 {
			part += " 加 " + x.Add.String() + " 元"
		}
		parts = append(parts, part)
	}
	span := "按月累计"
	if t.Yearly {
		span = fmt.Sprintf("按年累计，从 %d 月起", t.YearStart)
	}
	return text + "；" + strings.Join(parts, "，") + "（" + span + "）"
}
