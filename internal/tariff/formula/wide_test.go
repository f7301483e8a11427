package formula

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func (a wide) big() *big.Int {
	n := new(big.Int).SetUint64(a.hi)
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(a.lo))
}

func wides() *rapid.Generator[wide] {
	word := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 3), rapid.SampledFrom([]uint64{1 << 63, 1<<63 - 1, 1<<64 - 1, 1 << 32}))
	return rapid.Custom(func(t *rapid.T) wide {
		return wide{rapid.OneOf(rapid.Just(uint64(0)), word).Draw(t, "hi"), word.Draw(t, "lo")}
	})
}

func TestWideAgreesWithBigInt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := wides().Draw(t, "a"), wides().Draw(t, "b")
		x, y := a.big(), b.big()
		if got := a.cmp(b); got != x.Cmp(y) {
			t.Fatalf("cmp = %d", got)
		}
		sum := new(big.Int).Add(x, y)
		if got, ok := a.add(b); ok != (sum.BitLen() <= 128) || ok && got.big().Cmp(sum) != 0 {
			t.Fatalf("add = %v, %v; want %s", got, ok, sum)
		}
		product := new(big.Int).Mul(x, y)
		if got, ok := a.mul(b); ok != (product.BitLen() <= 128) || ok && got.big().Cmp(product) != 0 {
			t.Fatalf("mul = %v, %v; want %s", got, ok, product)
		}
		if a.cmp(b) >= 0 && a.sub(b).big().Cmp(new(big.Int).Sub(x, y)) != 0 {
			t.Fatalf("sub = %v", a.sub(b))
		}
		if a.text() != x.String() {
			t.Fatalf("text = %s, want %s", a.text(), x)
		}
		if b.zero() {
			return
		}
		q, r := new(big.Int).QuoRem(x, y, new(big.Int))
		if gotQ, gotR := a.div(b); gotQ.big().Cmp(q) != 0 || gotR.big().Cmp(r) != 0 {
			t.Fatalf("div = %v rest %v; want %s rest %s", gotQ, gotR, q, r)
		}
		if got := gcd(a, b); got.big().Cmp(new(big.Int).GCD(nil, nil, x, y)) != 0 {
			t.Fatalf("gcd = %v", got)
		}
	})
}

func TestNumberComparesWithoutOverflow(t *testing.T) {
	numbers := rapid.Custom(func(t *rapid.T) number {
		den := wides().Draw(t, "den")
		if den.zero() {
			den.lo = 1
		}
		num := wides().Draw(t, "num")
		return number{!num.zero() && rapid.Bool().Draw(t, "neg"), num, den}
	})
	rat := func(n number) *big.Rat {
		r := new(big.Rat).SetFrac(n.num.big(), n.den.big())
		if n.neg {
			r.Neg(r)
		}
		return r
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := numbers.Draw(t, "a"), numbers.Draw(t, "b")
		if got, want := a.cmp(b), rat(a).Cmp(rat(b)); got != want {
			t.Fatalf("cmp = %d, want %d", got, want)
		}
		// An exact result in lowest terms that fits must be found by a product.
		want := new(big.Rat).Mul(rat(a), rat(b))
		got, err := a.mul(b)
		if fits := want.Num().BitLen() <= 128 && want.Denom().BitLen() <= 128; fits != (err == nil) {
			t.Fatalf("mul: fits %v, error %v", fits, err)
		}
		if err == nil && rat(got).Cmp(want) != 0 {
			t.Fatalf("mul = %v, want %s", got, want)
		}
		if sum, err := a.add(b); err == nil && rat(sum).Cmp(new(big.Rat).Add(rat(a), rat(b))) != 0 {
			t.Fatalf("add = %v", sum)
		}
	})
}
