package billing

import (
	"encoding/json"
	"fmt"

	"linli/internal/kit/money"
	"linli/internal/meter"
)

// tariffRow is the JSON of a rate's tariff column.
type tariffRow struct {
	Yearly    bool       `json:"yearly,omitempty"`
	YearStart int        `json:"year_start,omitempty"`
	Bands     []bandRow  `json:"bands"`
	Tiers     [][2]int64 `json:"tiers,omitempty"` // limit ×10⁻⁴ (0 = without end), add-on yuan ×10⁻⁶
	People    int        `json:"people,omitempty"`
	PerPerson money.Qty  `json:"per_person,omitempty"`
	Verified  bool       `json:"verified,omitempty"`
}

type bandRow struct {
	Band  meter.Band `json:"band,omitempty"`
	Value int64      `json:"v"`
}

func encodeTariff(t *meter.Tariff) (string, error) {
	if t == nil {
		return "", nil
	}
	r := tariffRow{Yearly: t.Yearly, YearStart: t.YearStart, People: t.People, PerPerson: t.PerPerson, Verified: t.Verified}
	for _, b := range t.Bands {
		r.Bands = append(r.Bands, bandRow{b.Band, int64(b.Price)})
	}
	for _, x := range t.Tiers {
		r.Tiers = append(r.Tiers, [2]int64{int64(x.Upto), int64(x.Add)})
	}
	b, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encode tariff: %w", err)
	}
	return string(b), nil
}

func decodeTariff(s string) (*meter.Tariff, error) {
	if s == "" {
		return nil, nil
	}
	var r tariffRow
	if err := json.Unmarshal([]byte(s), &r); err != nil {
		return nil, fmt.Errorf("decode tariff: %w", err)
	}
	t := &meter.Tariff{Yearly: r.Yearly, YearStart: r.YearStart, People: r.People, PerPerson: r.PerPerson, Verified: r.Verified}
	for _, b := range r.Bands {
		t.Bands = append(t.Bands, meter.BandPrice{Band: b.Band, Price: money.Price(b.Value)})
	}
	for _, x := range r.Tiers {
		t.Tiers = append(t.Tiers, meter.Tier{Upto: money.Qty(x[0]), Add: money.Price(x[1])})
	}
	return t, nil
}

// meteredRow is what a charge's detail says of usage; keys never change.
type meteredRow struct {
	Bands  []bandRow `json:"bands"`
	Before money.Qty `json:"before,omitempty"`
	People int       `json:"people,omitempty"`
	Reads  []readRow `json:"reads,omitempty"`
}

type readRow struct {
	Number string     `json:"no"`
	Band   meter.Band `json:"band,omitempty"`
	Values [4]int64   `json:"v"` // previous, value, multiplier, usage, all ×10⁻⁴
	Rolled bool       `json:"rolled,omitempty"`
	Guess  bool       `json:"est,omitempty"`
}

func (m *metered) row() *meteredRow {
	if m == nil {
		return nil
	}
	r := &meteredRow{Before: m.use.Before, People: m.use.People}
	for _, b := range m.use.Bands {
		r.Bands = append(r.Bands, bandRow{b.Band, int64(b.Qty)})
	}
	for _, x := range m.reads {
		r.Reads = append(r.Reads, readRow{x.Number, x.Band, [4]int64{int64(x.Previous), int64(x.Value), int64(x.Multiplier), int64(x.Usage)}, x.Rolled, x.Estimated})
	}
	return r
}

func (r *meteredRow) rules() *metered {
	if r == nil {
		return nil
	}
	m := &metered{use: meter.Use{Before: r.Before, People: r.People}}
	for _, b := range r.Bands {
		m.use.Bands = append(m.use.Bands, meter.BandUse{Band: b.Band, Qty: money.Qty(b.Value)})
	}
	for _, x := range r.Reads {
		m.reads = append(m.reads, meter.Read{Number: x.Number, Band: x.Band, Previous: money.Qty(x.Values[0]), Value: money.Qty(x.Values[1]),
			Multiplier: money.Qty(x.Values[2]), Usage: money.Qty(x.Values[3]), Rolled: x.Rolled, Estimated: x.Guess})
	}
	return m
}
