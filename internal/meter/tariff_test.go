package meter_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"linli/internal/kit/money"
	"linli/internal/meter"

	"pgregory.net/rapid"
)

// TestTariffProperty: the tiers of two stretches of usage, one after the other,
// hold exactly what the tiers of both together hold; nothing is lost or priced
// twice; and the amount is the exact sum rounded once.
func TestTariffProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tariff := &meter.Tariff{Yearly: true, YearStart: 1, Bands: []meter.BandPrice{{Price: money.Price(rapid.Int64Range(0, 9_000_000).Draw(t, "price"))}}}
		if rapid.Bool().Draw(t, "bands") {
			tariff.Bands = []meter.BandPrice{{Band: meter.Peak, Price: 617_000}, {Band: meter.Valley, Price: 307_000}}
		}
		var limit money.Qty
		for range rapid.IntRange(0, 4).Draw(t, "tiers") {
			limit += money.Qty(rapid.Int64Range(1, 3_000_000).Draw(t, "width"))
			tariff.Tiers = append(tariff.Tiers, meter.Tier{Upto: limit, Add: money.Price(rapid.Int64Range(0, 900_000).Draw(t, "add"))})
		}
		tariff.Tiers = append(tariff.Tiers, meter.Tier{Add: 1_000_000})
		if err := tariff.Check(); err != nil {
			t.Fatal(err)
		}
		use := func(before money.Qty, name string) meter.Use {
			u := meter.Use{Before: before}
			for _, b := range tariff.Bands {
				u.Bands = append(u.Bands, meter.BandUse{Band: b.Band, Qty: money.Qty(rapid.Int64Range(0, 5_000_000).Draw(t, name))})
			}
			return u
		}
		a := use(money.Qty(rapid.Int64Range(0, 4_000_000).Draw(t, "before")), "first")
		b := use(a.Before+a.Total(), "second")
		both := meter.Use{Before: a.Before}
		for i := range a.Bands {
			both.Bands = append(both.Bands, meter.BandUse{Band: a.Bands[i].Band, Qty: a.Bands[i].Qty + b.Bands[i].Qty})
		}
		parts := new(big.Rat).Add(exactly(t, tariff, a), exactly(t, tariff, b))
		if whole := exactly(t, tariff, both); parts.Cmp(whole) != 0 {
			t.Fatalf("in two steps %s, at once %s", parts.FloatString(10), whole.FloatString(10))
		}
		got, err := tariff.Amount(a, money.OneFen, money.HalfUp)
		if err != nil {
			t.Fatal(err)
		}
		fen := new(big.Rat).Mul(exactly(t, tariff, a), big.NewRat(100, 1))
		off := new(big.Rat).Sub(fen, new(big.Rat).SetInt64(int64(got)))
		if off.Cmp(big.NewRat(1, 2)) >= 0 || off.Cmp(big.NewRat(-1, 2)) < 0 {
			t.Fatalf("%s fen became %d", fen.FloatString(8), got)
		}
		text, err := tariff.Exact(a)
		if err != nil {
			t.Fatal(err)
		}
		if said, ok := new(big.Rat).SetString(text); !ok || said.Cmp(exactly(t, tariff, a)) != 0 {
			t.Fatalf("said %s", text)
		}
	})
}

func exactly(t *rapid.T, tariff *meter.Tariff, u meter.Use) *big.Rat {
	steps, err := tariff.Steps(u)
	if err != nil {
		t.Fatal(err)
	}
	sum := new(big.Rat)
	for _, s := range steps {
		sum.Add(sum, new(big.Rat).Mul(big.NewRat(int64(s.Qty), 10_000), big.NewRat(int64(s.Price), 1_000_000)))
	}
	return sum
}

func TestTariffCheck(t *testing.T) {
	price := []meter.BandPrice{{Price: 5_000_000}}
	for name, bad := range map[string]meter.Tariff{
		"no price":      {YearStart: 1},
		"no year":       {Bands: price},
		"band twice":    {YearStart: 1, Bands: []meter.BandPrice{{Band: meter.Peak}, {Band: meter.Peak}}},
		"all day mixed": {YearStart: 1, Bands: []meter.BandPrice{{}, {Band: meter.Peak}}},
		"no end":        {YearStart: 1, Bands: price, Tiers: []meter.Tier{{Upto: 1}}},
		"shrinking":     {YearStart: 1, Bands: price, Tiers: []meter.Tier{{Upto: 5}, {Upto: 5}, {}}},
		"below zero":    {YearStart: 1, Bands: price, Tiers: []meter.Tier{{Add: -6_000_000}}},
	} {
		if err := bad.Check(); !errors.Is(err, meter.ErrTariff) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTariffWords(t *testing.T) {
	tariff := &meter.Tariff{Yearly: true, YearStart: 1, Bands: []meter.BandPrice{{Price: 5_000_000}}, People: 4, PerPerson: q(30),
		Tiers: []meter.Tier{{Upto: q(180)}, {Upto: q(260), Add: 2_000_000}, {Add: 4_000_000}}}
	lines, err := tariff.Lines(meter.Use{Bands: []meter.BandUse{{Qty: q(60)}}, Before: q(200), People: 5})
	if err != nil {
		t.Fatal(err)
	}
	const want = "本年度此前已用 200，家庭 5 人，各档上限加 30|第 1 档：10 × 5 元|第 2 档：50 × 7 元"
	if got := strings.Join(lines, "|"); got != want {
		t.Errorf("%s", got)
	}
	if _, err := tariff.Amount(meter.Use{Bands: []meter.BandUse{{Band: meter.Peak, Qty: 1}}}, money.OneFen, money.HalfUp); err != nil {
		t.Error(err)
	}
	two := &meter.Tariff{YearStart: 1, Bands: []meter.BandPrice{{Band: meter.Peak, Price: 1}}}
	if _, err := two.Steps(meter.Use{Bands: []meter.BandUse{{Band: meter.Valley, Qty: 1}}}); !errors.Is(err, meter.ErrTariff) {
		t.Error("a band without a price was priced")
	}
}
