package tariff

import (
	"linli/internal/kit/money"
	"linli/internal/kit/supply"
)

// TariffJSON is the price of usage by tier and band.
type TariffJSON struct {
	Accumulate string          `json:"accumulate,omitempty" enum:"year,month" default:"year" doc:"阶梯按年累计还是按月累计"`
	YearStart  int             `json:"year_start,omitempty" minimum:"1" maximum:"12" default:"1" doc:"阶梯年度从几月开始"`
	Bands      []BandPriceJSON `json:"bands" minItems:"1" maxItems:"4" nullable:"false" doc:"各时段的单价；不分时段只写一条，时段留空"`
	Tiers      []TierJSON      `json:"tiers" maxItems:"10" nullable:"false" doc:"各档的上限和加价，最后一档不设上限；不分阶梯为空"`
	People     int             `json:"people,omitempty" minimum:"0" maximum:"100" doc:"超过几个人的家庭放宽上限，0 为不放宽"`
	PerPerson  money.Qty       `json:"per_person,omitempty" minimum:"0" doc:"每多一人各档上限加多少，万分之一"`
	Verified   bool            `json:"verified,omitempty" doc:"已与公布的价格核对"`
}

// BandPriceJSON is the price of one band.
type BandPriceJSON struct {
	Band  string      `json:"band,omitempty" enum:"sharp,peak,flat,valley" doc:"尖、峰、平、谷；不分时段为空"`
	Price money.Price `json:"price" minimum:"0" maximum:"1000000000000" doc:"单价，百万分之一元"`
}

// TierJSON is one tier.
type TierJSON struct {
	Upto money.Qty   `json:"upto,omitempty" minimum:"0" doc:"累计用量的上限，万分之一；0 或没有为不设上限"`
	Add  money.Price `json:"add,omitempty" minimum:"-1000000000000" maximum:"1000000000000" doc:"比时段单价每单位多多少，百万分之一元"`
}

func toTariff(t *UsagePrice) *TariffJSON {
	if t == nil {
		return nil
	}
	out := &TariffJSON{Accumulate: word(t.Yearly, "year", "month"), YearStart: t.YearStart, Bands: []BandPriceJSON{}, Tiers: []TierJSON{},
		People: t.People, PerPerson: t.PerPerson, Verified: t.Verified}
	for _, b := range t.Bands {
		out.Bands = append(out.Bands, BandPriceJSON{string(b.Band), b.Price})
	}
	for _, x := range t.Tiers {
		out.Tiers = append(out.Tiers, TierJSON(x))
	}
	return out
}

func (t *TariffJSON) rules() *UsagePrice {
	if t == nil {
		return nil
	}
	out := &UsagePrice{Yearly: t.Accumulate != "month", YearStart: max(t.YearStart, 1), People: t.People, PerPerson: t.PerPerson, Verified: t.Verified}
	for _, b := range t.Bands {
		out.Bands = append(out.Bands, BandPrice{Band: supply.Band(b.Band), Price: b.Price})
	}
	for _, x := range t.Tiers {
		out.Tiers = append(out.Tiers, Tier(x))
	}
	return out
}
