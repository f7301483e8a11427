package tariff

import (
	"encoding/json"
	"fmt"

	"linli/internal/kit/money"
	"linli/internal/kit/supply"
)

// tariffRow is the JSON of a rate's tariff column.
type tariffRow struct {
	Yearly    bool           `json:"yearly,omitempty"`
	YearStart int            `json:"year_start,omitempty"`
	Bands     []bandPriceRow `json:"bands"`
	Tiers     [][2]int64     `json:"tiers,omitempty"` // limit ×10⁻⁴ (0 = without end), add-on yuan ×10⁻⁶
	People    int            `json:"people,omitempty"`
	PerPerson money.Qty      `json:"per_person,omitempty"`
	Verified  bool           `json:"verified,omitempty"`
}

type bandPriceRow struct {
	Band  supply.Band `json:"band,omitempty"`
	Price int64       `json:"v"`
}

func encodeTariff(t *UsagePrice) (string, error) {
	if t == nil {
		return "", nil
	}
	r := tariffRow{Yearly: t.Yearly, YearStart: t.YearStart, People: t.People, PerPerson: t.PerPerson, Verified: t.Verified}
	for _, b := range t.Bands {
		r.Bands = append(r.Bands, bandPriceRow{b.Band, int64(b.Price)})
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

func decodeTariff(s string) (*UsagePrice, error) {
	if s == "" {
		return nil, nil
	}
	var r tariffRow
	if err := json.Unmarshal([]byte(s), &r); err != nil {
		return nil, fmt.Errorf("decode tariff: %w", err)
	}
	t := &UsagePrice{Yearly: r.Yearly, YearStart: r.YearStart, People: r.People, PerPerson: r.PerPerson, Verified: r.Verified}
	for _, b := range r.Bands {
		t.Bands = append(t.Bands, BandPrice{Band: b.Band, Price: money.Price(b.Price)})
	}
	for _, x := range r.Tiers {
		t.Tiers = append(t.Tiers, Tier{Upto: money.Qty(x[0]), Add: money.Price(x[1])})
	}
	return t, nil
}
