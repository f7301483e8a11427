package id_test

import (
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
)

type back struct{ t time.Time }

func (b *back) Now() time.Time { b.t = b.t.Add(-time.Second); return b.t }

func TestIDsAscendWhateverTheClockDoes(t *testing.T) {
	start := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]clock.Clock{"manual": clock.NewManual(start), "backwards": &back{start}} {
		g := id.NewGen(c, 5)
		last := id.ID(0)
		for i := range 100_000 {
			if n := g.New(); n <= last {
				t.Fatalf("%s: id %d after %d at %d", name, n, last, i)
			} else {
				last = n
			}
		}
		block := g.Block(20_000)
		for _, n := range block {
			if n <= last {
				t.Fatalf("%s: block does not ascend", name)
			}
			last = n
		}
	}
}

func TestNodesNeverMeet(t *testing.T) {
	c := clock.NewManual(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))
	a, b := id.NewGen(c, 0), id.NewGen(c, id.MaxNode)
	seen := map[id.ID]bool{}
	for range 20_000 {
		for _, n := range []id.ID{a.New(), b.New()} {
			if seen[n] {
				t.Fatalf("id %d twice", n)
			}
			seen[n] = true
		}
	}
}

func TestText(t *testing.T) {
	for _, bad := range []string{"-1", "+1", " 1", "1e3", "0x10", "9223372036854775808", "12345678901234567890", "１"} {
		if v, err := id.Parse(bad); err == nil {
			t.Errorf("%q read as %d", bad, v)
		}
	}
	var v id.ID
	if err := v.UnmarshalText([]byte("9223372036854775807")); err != nil || v.String() != "9223372036854775807" {
		t.Errorf("largest id: %v %v", v, err)
	}
}
