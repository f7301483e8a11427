package formula_test

import (
	"errors"
	"fmt"
	"math/big"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"linli/internal/kit/money"
	"linli/internal/tariff/formula"
)

// oracle is a generated formula together with its value computed by big.Rat.
// value is nil when the value divides by zero; bits is the size of the largest
// fraction on the way.
type oracle struct {
	src   string
	value *big.Rat
	bits  int
}

func (o oracle) measured(parts ...oracle) oracle {
	for _, p := range parts {
		o.bits = max(o.bits, p.bits)
	}
	if o.value != nil {
		o.bits = max(o.bits, o.value.Num().BitLen()+o.value.Denom().BitLen())
	}
	return o
}

func drawVars(t *rapid.T) *formula.Vars {
	return &formula.Vars{
		Known:     everything | formula.Months,
		Area:      money.Area(rapid.Int64Range(0, 1_000_000_00).Draw(t, "area")),
		InnerArea: money.Area(rapid.Int64Range(0, 1_000_000_00).Draw(t, "inner")),
		Floor:     rapid.Int64Range(-9, 130).Draw(t, "floor"),
		Floors:    rapid.Int64Range(1, 130).Draw(t, "floors"),
		People:    rapid.Int64Range(0, 12).Draw(t, "people"),
		Price:     money.Price(rapid.Int64Range(0, 10_000_000_000).Draw(t, "price")),
		Quantity:  money.Qty(rapid.Int64Range(0, 10_000_000_000).Draw(t, "quantity")),
		Months:    rapid.Int64Range(1, 12).Draw(t, "months"),
	}
}

func drawLeaf(t *rapid.T, v *formula.Vars) oracle {
	leaves := []oracle{
		{src: "面积", value: big.NewRat(int64(v.Area), 100)},
		{src: "inner_area", value: big.NewRat(int64(v.InnerArea), 100)},
		{src: "楼层", value: big.NewRat(v.Floor, 1)},
		{src: "总层数", value: big.NewRat(v.Floors, 1)},
		{src: "people", value: big.NewRat(v.People, 1)},
		{src: "单价", value: big.NewRat(int64(v.Price), 1_000_000)},
		{src: "数量", value: big.NewRat(int64(v.Quantity), 10_000)},
		{src: "月数", value: big.NewRat(v.Months, 1)},
	}
	if rapid.Bool().Draw(t, "literal") {
		n := rapid.Int64Range(0, 9_999_999_999).Draw(t, "n")
		places := rapid.IntRange(0, 6).Draw(t, "places")
		den := int64(1)
		for range places {
			den *= 10
		}
		value := big.NewRat(n, den)
		return oracle{src: value.FloatString(places), value: value}.measured()
	}
	return rapid.SampledFrom(leaves).Draw(t, "leaf").measured()
}

func drawOracle(t *rapid.T, v *formula.Vars, depth int) oracle {
	if depth == 0 || rapid.IntRange(0, 5).Draw(t, "stop") == 0 {
		return drawLeaf(t, v)
	}
	a := drawOracle(t, v, depth-1)
	kind := rapid.SampledFrom([]string{"+", "-", "*", "/", "*", "neg", "if", "min", "max", "ceil", "floor", "round"}).Draw(t, "kind")
	switch kind {
	case "neg":
		o := oracle{src: "-(" + a.src + ")"}
		if a.value != nil {
			o.value = new(big.Rat).Neg(a.value)
		}
		return o.measured(a)
	case "ceil", "floor", "round":
		return drawPlaces(t, a, kind)
	case "if":
		return drawIf(t, v, a, depth)
	}
	b := drawOracle(t, v, depth-1)
	o := oracle{src: fmt.Sprintf("(%s)%s(%s)", a.src, kind, b.src)}
	if kind == "min" || kind == "max" {
		o.src = fmt.Sprintf("%s(%s,%s)", kind, a.src, b.src)
	}
	if a.value != nil && b.value != nil {
		o.value = combine(kind, a.value, b.value)
	}
	return o.measured(a, b)
}

func combine(kind string, a, b *big.Rat) *big.Rat {
	r := new(big.Rat)
	switch kind {
	case "+":
		return r.Add(a, b)
	case "-":
		return r.Sub(a, b)
	case "*":
		return r.Mul(a, b)
	case "/":
		if b.Sign() == 0 {
			return nil
		}
		return r.Quo(a, b)
	case "min":
		if a.Cmp(b) <= 0 {
			return a
		}
		return b
	}
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}

func drawIf(t *rapid.T, v *formula.Vars, yes oracle, depth int) oracle {
	no, left, right := drawOracle(t, v, depth-1), drawLeaf(t, v), drawLeaf(t, v)
	op := rapid.SampledFrom([]string{"=", "!=", "<", "<=", ">", ">="}).Draw(t, "op")
	c := left.value.Cmp(right.value)
	holds := map[string]bool{"=": c == 0, "!=": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[op]
	o := oracle{src: fmt.Sprintf("如果(%s%s%s，%s，%s)", left.src, op, right.src, yes.src, no.src), value: no.value}
	if holds {
		o.value = yes.value
	}
	return o.measured(yes, no, left, right)
}

func drawPlaces(t *rapid.T, a oracle, kind string) oracle {
	places := rapid.IntRange(0, 6).Draw(t, "decimals")
	o := oracle{src: fmt.Sprintf("%s(%s, %d)", kind, a.src, places)}
	if a.value == nil {
		return o.measured(a)
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	scaled := new(big.Rat).Mul(a.value, new(big.Rat).SetInt(scale))
	num, den := scaled.Num(), scaled.Denom()
	whole := new(big.Int).Div(num, den) // toward −∞, because den > 0
	switch {
	case kind == "ceil":
		whole.Neg(whole.Div(new(big.Int).Neg(num), den))
	case kind == "round":
		whole = roundRat(scaled, money.HalfUp)
	}
	o.value = new(big.Rat).SetFrac(whole, scale)
	o.bits = scaled.Num().BitLen() + scaled.Denom().BitLen()
	return o.measured(a)
}

func roundRat(r *big.Rat, mode money.Rounding) *big.Int {
	q, rest := new(big.Int).QuoRem(new(big.Int).Abs(r.Num()), r.Denom(), new(big.Int))
	if rest.Sign() != 0 {
		half := rest.Lsh(rest, 1).Cmp(r.Denom())
		if mode == money.Up || mode == money.HalfUp && half >= 0 || mode == money.HalfEven && (half > 0 || half == 0 && q.Bit(0) == 1) {
			q.Add(q, big.NewInt(1))
		}
	}
	if r.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

func wantFen(value *big.Rat, mode money.Rounding, unit money.Fen) *big.Int {
	count := roundRat(new(big.Rat).Mul(value, big.NewRat(100, int64(unit))), mode)
	return count.Mul(count, big.NewInt(int64(unit)))
}

func TestEvalAgreesWithBigRat(t *testing.T) {
	computed := 0
	rapid.Check(t, func(t *rapid.T) {
		v := drawVars(t)
		o := drawOracle(t, v, rapid.IntRange(0, 4).Draw(t, "depth"))
		if utf8.RuneCountInString(o.src) > formula.MaxLength {
			t.Skip("too long")
		}
		f, err := formula.Parse(o.src, formula.AllowNegative)
		if err != nil {
			t.Fatalf("%s: %v", o.src, err)
		}
		mode := rapid.SampledFrom([]money.Rounding{money.HalfUp, money.HalfEven, money.Up, money.Down}).Draw(t, "mode")
		unit := rapid.SampledFrom([]money.Fen{money.OneFen, money.OneJiao, money.OneYuan}).Draw(t, "unit")
		got, err := f.Eval(v, mode, unit)
		switch {
		case errors.Is(err, formula.ErrOverflow):
			// Two fractions of 60 bits always combine within 128 bits.
			if o.bits <= 60 && wantFen(o.value, mode, unit).IsInt64() {
				t.Fatalf("%s: overflow with %d bits", o.src, o.bits)
			}
			return
		case o.value == nil:
			if !errors.Is(err, formula.ErrDivideByZero) {
				t.Fatalf("%s: %d, %v; want division by zero", o.src, got, err)
			}
			return
		case err != nil:
			t.Fatalf("%s: %v", o.src, err)
		}
		computed++
		if want := wantFen(o.value, mode, unit); want.Cmp(big.NewInt(int64(got))) != 0 {
			t.Fatalf("%s = %d, want %s (%s)", o.src, got, want, o.value)
		}
		checkCanonical(t, f, v, mode, unit, got)
	})
	if computed == 0 {
		t.Error("no formula was computed")
	}
}

func checkCanonical(t *rapid.T, f *formula.Formula, v *formula.Vars, mode money.Rounding, unit, want money.Fen) {
	text := f.String()
	if utf8.RuneCountInString(text) > formula.MaxLength {
		return
	}
	again, err := formula.Parse(text, formula.AllowNegative)
	if err != nil {
		t.Fatalf("canonical %s: %v", text, err)
	}
	if got, err := again.Eval(v, mode, unit); got != want || err != nil || again.String() != text {
		t.Fatalf("canonical %s: %d, %v; want %d", text, got, err, want)
	}
}

func TestPlainFeesNeverOverflow(t *testing.T) {
	fees := []string{
		"面积*单价", "面积*单价*月数*0.123456", "(楼层-5)*5+10+面积*单价/3",
		"如果(楼层>总层数/2, 面积*单价*1.05, 套内面积*单价*0.95)/7*人数", "(面积+套内面积)*单价*数量/30*31",
	}
	rapid.Check(t, func(t *rapid.T) {
		v := drawVars(t)
		src := rapid.SampledFrom(fees).Draw(t, "fee")
		f, err := formula.Parse(src, formula.AllowNegative)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Eval(v, money.HalfUp, money.OneFen); err != nil {
			t.Fatalf("%s: %v", src, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"面积*单价", "(楼层-5)*5+10", "如果(楼层>=5,最小(1,2),-3)/0", "四舍五入(1/3,6)", "（面积＋１）×２÷０．５",
		"((((", "1+", "max(1,,2)", "999999999999*999999999999*999999999999*999999999999", "\xff\xfe", "楼曾", "1<2<3", "if(1", "- - -1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		parsed, err := formula.Parse(src)
		if err != nil {
			var syntax *formula.SyntaxError
			if !errors.As(err, &syntax) || syntax.Pos < 1 || syntax.Pos > formula.MaxLength+1 {
				t.Fatalf("%q: %v", src, err)
			}
			return
		}
		v := room()
		amount, err := parsed.Eval(v, money.HalfUp, money.OneFen)
		_ = parsed.Explain(v, money.HalfUp, money.OneFen)
		_ = parsed.Explain(&formula.Vars{}, money.HalfUp, money.OneFen)
		again, errAgain := formula.Parse(parsed.String())
		if errAgain != nil {
			if utf8.RuneCountInString(parsed.String()) > formula.MaxLength {
				return
			}
			var syntax *formula.SyntaxError
			if errors.As(errAgain, &syntax) && syntax.Text == "括号套得太深，最多 64 层" {
				return
			}
			t.Fatalf("%q: canonical %s: %v", src, parsed, errAgain)
		}
		amountAgain, errAgain := again.Eval(v, money.HalfUp, money.OneFen)
		if amount != amountAgain || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Fatalf("%q: %d, %v; canonical %s: %d, %v", src, amount, err, parsed, amountAgain, errAgain)
		}
	})
}
