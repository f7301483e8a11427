package tariff

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/tariff/formula"
)

// Rate is a dated version of an item's price. It is never changed: a later one
// follows it, and one entered later for the same day takes its place.
type Rate struct {
	ID         id.ID
	Item       id.ID
	From       clock.Date
	Price      money.Price // yuan ×10⁻⁶ per ㎡ or room, and month or period
	Formula    string      // only for ByFormula, as typed
	SourceKind string      // filing, contract, vote, other: the legal ground of the price
	SourceText string
	Tariff     *UsagePrice // only for Metered: tiers and bands, nil for one price
	CreatedBy  string
	parsed     *formula.Formula
}

// The formulas of the plain bases.
const (
	areaFormula  = "建筑面积*单价"
	fixedFormula = "单价"
	headFormula  = "人数*单价"
	countFormula = "数量*单价"

	meteredFormula = "数量*单价" // what a plain tariff multiplies
)

// MaxPrice is the highest price, a million yuan, ×10⁻⁶.
const MaxPrice = 1_000_000 * 1_000_000

// SourceLabel is the Chinese name of a SourceKind.
func SourceLabel(kind string) string {
	switch kind {
	case "filing":
		return "备案"
	case "contract":
		return "合同"
	case "vote":
		return "业主大会表决"
	}
	return "其他依据"
}

func (r *Rate) text(b Basis) string {
	switch b {
	case ByArea:
		return areaFormula
	case Fixed:
		return fixedFormula
	case Metered:
		return meteredFormula
	case ByPeople:
		return headFormula
	case ByQuantity:
		return countFormula
	}
	return r.Formula
}

// Parse reads the formula of the rate, or that of a plain basis; again is free.
// Error: *formula.SyntaxError.
func (r *Rate) Parse(b Basis) error {
	if r.parsed != nil {
		return nil
	}
	f, err := formula.Parse(r.text(b))
	if err != nil {
		return err
	}
	r.parsed = f
	return nil
}

// Parsed is the formula that the price is put into, once Parse has read it.
func (r *Rate) Parsed() *formula.Formula { return r.parsed }

// Check refuses a rate that cannot be meant and reads its formula. Errors:
// ErrRate, ErrTariff, ErrFormula.
func (r *Rate) Check(b Basis) error {
	r.Formula, r.SourceText = strings.TrimSpace(r.Formula), strings.TrimSpace(r.SourceText)
	if r.From == 0 {
		return ErrRate.At("body.from_date", "要填写从哪天起执行", "")
	}
	if b == Metered && r.From.Day() != 1 { // a reading does not say what was used before the day
		return ErrRate.At("body.from_date", "按用量的费用一个账期只有一个单价，请填某月 1 日，如 "+r.From.Month().Add(1).First().String(), r.From.String())
	}
	if err := r.checkTariff(b); err != nil {
		return err
	}
	if r.Price < 0 || r.Price > MaxPrice {
		return ErrRate.At("body.price", "单价要在 0–1,000,000 元之间", int64(r.Price))
	}
	if b != ByFormula && r.Price == 0 {
		return ErrRate.At("body.price", "单价要大于 0", int64(r.Price))
	}
	if b != ByFormula && r.Formula != "" {
		return ErrRate.At("body.formula", "只有按公式计算的项目才写公式", r.Formula)
	}
	switch r.SourceKind {
	case "filing", "contract", "vote", "other":
	default:
		return ErrRate.At("body.source_kind", "不在可选范围内", r.SourceKind)
	}
	if n := utf8.RuneCountInString(r.SourceText); n < 2 || n > 200 {
		return ErrRate.At("body.source_text", "请写明单价的依据，2–200 个字", r.SourceText)
	}
	if err := r.Parse(b); err != nil {
		return formulaFault(err)
	}
	if b == ByFormula && r.parsed.Needs()&formula.Quantity != 0 {
		return ErrFormula.Say("「数量」来自抄表，这里的公式不能用").At("body.formula", "不能用「数量」", r.Formula)
	}
	return nil
}

func formulaFault(err error) error {
	var syntax *formula.SyntaxError
	if errors.As(err, &syntax) {
		return ErrFormula.Say("公式写得不对，%s", syntax.Error()).At("body.formula", syntax.Error(), nil)
	}
	return ErrFormula.Because(err)
}

// Priced is the tariff of the rate.
func (r *Rate) Priced() *UsagePrice {
	if r.Tariff != nil {
		return r.Tariff
	}
	return Plain(r.Price)
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

// AddRate gives an item a price from a day on. Errors: ErrRate, ErrFormula,
// ErrItemRetired, fault.ErrNotFound.
func (s *Service) AddRate(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, r Rate) (Rate, error) {
	i, err := oneItem(ctx, tx, project, r.Item)
	if err != nil {
		return r, err
	}
	if !i.Active {
		return r, ErrItemRetired
	}
	if err := r.Check(i.Basis); err != nil {
		return r, err
	}
	known, err := ratesOf(ctx, tx, project, r.Item)
	if err != nil {
		return r, err
	}
	r.ID, r.CreatedBy = tx.NewID(), who.Name
	if err := insertRate(ctx, tx, project, &r); err != nil {
		return r, err
	}
	e := audit.Entry{Project: project, Who: who, Action: "billing.rate_added", Kind: "item", Subject: i.ID,
		Summary: i.Name + "自 " + r.From.String() + " 起执行新单价 " + r.Price.String() + " " + i.PriceUnit(), After: r}
	if before := RateOn(known, r.From); before != nil {
		e.Before = *before
	}
	s.audit.Record(tx, e)
	return r, nil
}

// Rates lists the prices of an item by the day they begin, the one that counts
// last among equals.
func (s *Service) Rates(ctx context.Context, q db.Q, project, item id.ID) ([]Rate, error) {
	return ratesOf(ctx, q, project, item)
}

// AllRates reads the prices of every item of the project, each in the order of
// Rates.
func (s *Service) AllRates(ctx context.Context, q db.Q, project id.ID) (map[id.ID][]Rate, error) {
	return allRates(ctx, q, project)
}

// RateOn is the rate that counts on a day, or nil. rates are in the order of
// Rates.
func RateOn(rates []Rate, day clock.Date) *Rate {
	var found *Rate
	for i := range rates {
		if rates[i].From > day {
			break
		}
		found = &rates[i]
	}
	return found
}
