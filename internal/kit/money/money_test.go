package money_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"linli/internal/kit/money"
)

// bigRound divides exactly and rounds, independently of the code under test.
func bigRound(num, den *big.Int, mode money.Rounding) *big.Int {
	negative := num.Sign()*den.Sign() < 0
	q, r := new(big.Int).QuoRem(new(big.Int).Abs(num), new(big.Int).Abs(den), new(big.Int))
	if r.Sign() != 0 {
		half := new(big.Int).Lsh(r, 1).Cmp(new(big.Int).Abs(den))
		up := false
		switch mode {
		case money.HalfUp:
			up = half >= 0
		case money.HalfEven:
			up = half > 0 || half == 0 && q.Bit(0) == 1
		case money.Up:
			up = true
		}
		if up {
			q.Add(q, big.NewInt(1))
		}
	}
	if negative {
		q.Neg(q)
	}
	return q
}

func modes() *rapid.Generator[money.Rounding] {
	return rapid.SampledFrom([]money.Rounding{money.HalfUp, money.HalfEven, money.Up, money.Down})
}

// wide draws small, ordinary and extreme integers.
func wide() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64Range(-1000, 1000),
		rapid.Int64(),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, math.MaxInt64 - 1}),
	)
}

func TestMulDivAgreesWithBigInt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := wide().Draw(t, "a"), wide().Draw(t, "b"), wide().Draw(t, "c")
		mode := modes().Draw(t, "mode")
		got, err := money.MulDiv(a, b, c, mode)
		if c == 0 {
			if !errors.Is(err, money.ErrDivideByZero) {
				t.Fatalf("want division by zero, got %v", err)
			}
			return
		}
		want := bigRound(new(big.Int).Mul(big.NewInt(a), big.NewInt(b)), big.NewInt(c), mode)
		if !want.IsInt64() {
			if !errors.Is(err, money.ErrOverflow) {
				t.Fatalf("want overflow for %s, got %d, %v", want, got, err)
			}
			return
		}
		if err != nil || got != want.Int64() {
			t.Fatalf("got %d, %v; want %s", got, err, want)
		}
	})
}

func TestMulDivRefuses(t *testing.T) {
	if _, err := money.MulDiv(1, 1, 3, money.Down+1); !errors.Is(err, money.ErrRounding) {
		t.Errorf("unknown mode: %v", err)
	}
	if got, err := money.MulDiv(math.MinInt64, 1, 1, money.HalfUp); got != math.MinInt64 || err != nil {
		t.Errorf("smallest int64: %d, %v", got, err)
	}
	if _, err := money.MulDiv(math.MinInt64, -1, 1, money.HalfUp); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("negated smallest int64: %v", err)
	}
}

func TestPriceTimesArea(t *testing.T) {
	tests := []struct {
		area, price string
		mode        money.Rounding
		want        money.Fen
	}{
		{"98.36", "2.35", money.HalfUp, 23115},
		{"89.3", "2.35", money.HalfUp, 20986},
		{"83.53", "2.50", money.HalfUp, 20883},
		{"83.53", "2.50", money.HalfEven, 20882},
		{"50.07", "2.785", money.HalfUp, 13944},
		{"50.07", "2.785", money.Up, 13945},
		{"50.07", "2.785", money.Down, 13944},
	}
	for _, tt := range tests {
		area, price := must(money.ParseArea(tt.area))(t), must(money.ParsePrice(tt.price))(t)
		if got, err := price.TimesArea(area, tt.mode); got != tt.want || err != nil {
			t.Errorf("%s × %s %v = %d, %v; want %d", tt.area, tt.price, tt.mode, got, err, tt.want)
		}
		quantity := must(area.Qty())(t)
		if got, err := price.TimesQty(quantity, tt.mode); got != tt.want || err != nil {
			t.Errorf("as quantity: %s × %s %v = %d, %v; want %d", tt.area, tt.price, tt.mode, got, err, tt.want)
		}
		if back := must(quantity.Area(money.HalfUp))(t); back != area {
			t.Errorf("area %d came back as %d", area, back)
		}
	}
}

func TestRoundTo(t *testing.T) {
	tests := []struct {
		in   money.Fen
		unit money.Fen
		mode money.Rounding
		want money.Fen
	}{
		{12345, money.OneFen, money.HalfUp, 12345},
		{12345, money.OneJiao, money.HalfUp, 12350},
		{12345, money.OneJiao, money.HalfEven, 12340},
		{12345, money.OneJiao, money.Down, 12340},
		{12301, money.OneYuan, money.Up, 12400},
		{12350, money.OneYuan, money.HalfUp, 12400},
		{-12345, money.OneJiao, money.HalfUp, -12350},
		{-12345, money.OneYuan, money.Down, -12300},
		{-12301, money.OneYuan, money.Up, -12400},
		{0, money.OneYuan, money.Up, 0},
	}
	for _, tt := range tests {
		if got, err := tt.in.RoundTo(tt.unit, tt.mode); got != tt.want || err != nil {
			t.Errorf("%d to %d %v = %d, %v; want %d", tt.in, tt.unit, tt.mode, got, err, tt.want)
		}
	}
	if _, err := money.Fen(1).RoundTo(0, money.HalfUp); !errors.Is(err, money.ErrUnit) {
		t.Errorf("unit 0: %v", err)
	}
	if _, err := money.Fen(math.MaxInt64).RoundTo(money.OneYuan, money.Up); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("largest amount up to yuan: %v", err)
	}
}

func TestAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := wide().Draw(t, "a"), wide().Draw(t, "b")
		want := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		got, err := money.Fen(a).Add(money.Fen(b))
		if want.IsInt64() != (err == nil) || err == nil && int64(got) != want.Int64() {
			t.Fatalf("%d + %d = %d, %v", a, b, got, err)
		}
	})
}

func TestRoundingNames(t *testing.T) {
	for mode := money.HalfUp; mode <= money.Down; mode++ {
		if back, err := money.ParseRounding(mode.String()); back != mode || err != nil {
			t.Errorf("%v came back as %v, %v", mode, back, err)
		}
	}
	if _, err := money.ParseRounding("HalfUp"); !errors.Is(err, money.ErrRounding) {
		t.Errorf("unknown name: %v", err)
	}
}

func TestFenIsAnIntegerInJSON(t *testing.T) {
	text, err := json.Marshal(map[string]money.Fen{"amount": 27829})
	if err != nil || string(text) != `{"amount":27829}` {
		t.Fatalf("%s, %v", text, err)
	}
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func BenchmarkTimesArea(b *testing.B) {
	price, area := money.Price(2_350_000), money.Area(11842)
	for b.Loop() {
		if _, err := price.TimesArea(area, money.HalfUp); err != nil {
			b.Fatal(err)
		}
	}
}
