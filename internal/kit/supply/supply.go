// Package supply names what comes through a meter: water, electricity, gas and
// heat, and the bands of the day in which it is used. Kit.
package supply

import "linli/internal/kit/money"

// Kind is what a meter measures.
type Kind string

// The kinds.
const (
	Water       Kind = "water"
	HotWater    Kind = "hot_water"
	Electricity Kind = "electricity"
	Gas         Kind = "gas"
	Heat        Kind = "heat"
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Water, HotWater, Electricity, Gas, Heat} }

// Label is the Chinese name of the kind, empty when there is no such kind.
func (k Kind) Label() string {
	return map[Kind]string{Water: "水", HotWater: "热水", Electricity: "电", Gas: "燃气", Heat: "供热"}[k]
}

// Unit is what the kind is counted in.
func (k Kind) Unit() string {
	switch k {
	case Electricity, Heat:
		return "度"
	}
	return "立方米"
}

// Band is a stretch of the day with its own register on the meter.
type Band string

// The bands; a meter with one register has none.
const (
	AllDay Band = ""
	Sharp  Band = "sharp"  // 尖
	Peak   Band = "peak"   // 峰
	Flat   Band = "flat"   // 平
	Valley Band = "valley" // 谷
)

// Label is the Chinese name of the band, empty for AllDay.
func (b Band) Label() string {
	return map[Band]string{Sharp: "尖", Peak: "峰", Flat: "平", Valley: "谷"}[b]
}

// Valid reports whether b is one of the bands.
func (b Band) Valid() bool { return b == AllDay || b.Label() != "" }

// BandUse is the quantity used in a band.
type BandUse struct {
	Band Band
	Qty  money.Qty
}

// Total is the quantity of all bands.
func Total(list []BandUse) money.Qty {
	var sum money.Qty
	for _, b := range list {
		sum += b.Qty
	}
	return sum
}
