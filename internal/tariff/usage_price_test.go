package tariff_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"linli/internal/kit/money"
	"linli/internal/kit/supply"
	"linli/internal/tariff"

	"pgregory.net/rapid"
)

func q(n int64) money.Qty { return money.Qty(n) * 10_000 }

// TestUsagePriceProperty: the tiers of two stretches of usage, one after the other,
// hold exactly what the tiers of both together hold; nothing is lost or priced
// twice; and the amount is the exact sum rounded once.
func TestUsagePriceProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := &tariff.UsagePrice{Yearly: true, YearStart: 1, Bands: []tariff.BandPrice{{Price: money.Price(rapid.Int64Range(0, 9_000_000).Draw(t, "price"))}}}
		if rapid.Bool().Draw(t, "bands") {
			price.Bands = []tariff.BandPrice{{Band: supply.Peak, Price: 617_000}, {Band: supply.Valley, Price: 307_000}}
		}
		var limit money.Qty
		for range rapid.IntRange(0, 4).Draw(t, "tiers") {
			limit += money.Qty(rapid.Int64Range(1, 3_000_000).Draw(t, "width"))
			price.Tiers = append(price.Tiers, tariff.Tier{Upto: limit, Add: money.Price(rapid.Int64Range(0, 900_000).Draw(t, "add"))})
		}
		price.Tiers = append(price.Tiers, tariff.Tier{Add: 1_000_000})
		if err := price.Check(); err != nil {
			t.Fatal(err)
		}
		use := func(before money.Qty, name string) tariff.Use {
			u := tariff.Use{Before: before}
			for _, b := range price.Bands {
				u.Bands = append(u.Bands, supply.BandUse{Band: b.Band, Qty: money.Qty(rapid.Int64Range(0, 5_000_000).Draw(t, name))})
			}
			return u
		}
		a := use(money.Qty(rapid.Int64Range(0, 4_000_000).Draw(t, "before")), "first")
		b := use(a.Before+a.Total(), "second")
		both := tariff.Use{Before: a.Before}
		for i := range a.Bands {
			both.Bands = append(both.Bands, supply.BandUse{Band: a.Bands[i].Band, Qty: a.Bands[i].Qty + b.Bands[i].Qty})
		}
		parts := new(big.Rat).Add(exactly(t, price, a), exactly(t, price, b))
		if whole := exactly(t, price, both); parts.Cmp(whole) != 0 {
			t.Fatalf("in two steps %s, at once %s", parts.FloatString(10), whole.FloatString(10))
		}
		got, err := price.Amount(a, money.OneFen, money.HalfUp)
		if err != nil {
			t.Fatal(err)
		}
		fen := new(big.Rat).Mul(exactly(t, price, a), big.NewRat(100, 1))
		off := new(big.Rat).Sub(fen, new(big.Rat).SetInt64(int64(got)))
		if off.Cmp(big.NewRat(1, 2)) >= 0 || off.Cmp(big.NewRat(-1, 2)) < 0 {
			t.Fatalf("%s fen became %d", fen.FloatString(8), got)
		}
		text, err := price.Exact(a)
		if err != nil {
			t.Fatal(err)
		}
		if said, ok := new(big.Rat).SetString(text); !ok || said.Cmp(exactly(t, price, a)) != 0 {
			t.Fatalf("said %s", text)
		}
	})
}

func exactly(t *rapid.T, price *tariff.UsagePrice, u tariff.Use) *big.Rat {
	steps, err := price.Steps(u)
	if err != nil {
		t.Fatal(err)
	}
	sum := new(big.Rat)
	for _, s := range steps {
		sum.Add(sum, new(big.Rat).Mul(big.NewRat(int64(s.Qty), 10_000), big.NewRat(int64(s.Price), 1_000_000)))
	}
	return sum
}

func TestUsagePriceCheck(t *testing.T) {
	price := []tariff.BandPrice{{Price: 5_000_000}}
	for name, bad := range map[string]tariff.UsagePrice{
		"no price":      {YearStart: 1},
		"no year":       {Bands: price},
		"band twice":    {YearStart: 1, Bands: []tariff.BandPrice{{Band: supply.Peak}, {Band: supply.Peak}}},
		"all day mixed": {YearStart: 1, Bands: []tariff.BandPrice{{}, {Band: supply.Peak}}},
		"no end":        {YearStart: 1, Bands: price, Tiers: []tariff.Tier{{Upto: 1}}},
		"shrinking":     {YearStart: 1, Bands: price, Tiers: []tariff.Tier{{Upto: 5}, {Upto: 5}, {}}},
		"below zero":    {YearStart: 1, Bands: price, Tiers: []tariff.Tier{{Add: -6_000_000}}},
	} {
		if err := bad.Check(); !errors.Is(err, tariff.ErrTariff) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUsagePriceWords(t *testing.T) {
	price := &tariff.UsagePrice{Yearly: true, YearStart: 1, Bands: []tariff.BandPrice{{Price: 5_000_000}}, People: 4, PerPerson: q(30),
		Tiers: []tariff.Tier{{Upto: q(180)}, {Upto: q(260), Add: 2_000_000}, {Add: 4_000_000}}}
	lines, err := price.Lines(tariff.Use{Bands: []supply.BandUse{{Qty: q(60)}}, Before: q(200), People: 5})
	if err != nil {
		t.Fatal(err)
	}
	const want = "本年度此前已用 200，家庭 5 人，各档上限加 30|第 1 档：10 × 5 元|第 2 档：50 × 7 元"
	if got := strings.Join(lines, "|"); got != want {
		t.Errorf("%s", got)
	}
	if _, err := price.Amount(tariff.Use{Bands: []supply.BandUse{{Band: supply.Peak, Qty: 1}}}, money.OneFen, money.HalfUp); err != nil {
		t.Error(err)
	}
	two := &tariff.UsagePrice{YearStart: 1, Bands: []tariff.BandPrice{{Band: supply.Peak, Price: 1}}}
	if _, err := two.Steps(tariff.Use{Bands: []supply.BandUse{{Band: supply.Valley, Qty: 1}}}); !errors.Is(err, tariff.ErrTariff) {
		t.Error("a band without a price was priced")
	}
}
