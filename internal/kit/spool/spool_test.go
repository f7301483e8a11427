package spool_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"linli/internal/kit/spool"
)

type record struct {
	n     int
	text  string
	yes   bool
	small uint8
	list  []string
}

func (r *record) Code(c *spool.Coder) {
	spool.Int(c, &r.n)
	c.Text(&r.text)
	c.Bool(&r.yes)
	spool.Int(c, &r.small)
	spool.List(c, &r.list, c.Text)
}

func one(i int) *record {
	r := &record{n: -i * 1000, text: strings.Repeat("房", i%97), yes: i%3 == 0, small: uint8(i)}
	for k := range i % 4 {
		r.list = append(r.list, fmt.Sprint(i, k))
	}
	if i%1000 == 7 {
		r.text = strings.Repeat("长", 40_000) // longer than what is read at once
	}
	return r
}

// What was written is read again: by place in any order, in order, while more
// is written, and past the end of what fits into memory.
func TestReadAgain(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var s spool.File
	const n = 5000
	places := make([]int64, n)
	same := func(i int, got *record) {
		t.Helper()
		if want := one(i); fmt.Sprint(*got) != fmt.Sprint(*want) {
			t.Fatalf("record %d is %.80v", i, *got)
		}
	}
	for i := range n {
		at, err := s.Add(one(i))
		if err != nil {
			t.Fatal(err)
		}
		places[i] = at
		k := rand.IntN(i + 1)
		var got record
		if err := s.Read(places[k], &got); err != nil {
			t.Fatal(err)
		}
		same(k, &got)
	}
	i := 0
	err := spool.Each(&s, func(v *record) error {
		same(i, v)
		var other record
		i++
		return s.Read(places[n-i], &other) // reading elsewhere meanwhile
	})
	if err != nil || i != n {
		t.Fatalf("%d records: %v", i, err)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("a file has a name: %v %v", left, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Read(0, &record{}); err == nil {
		t.Error("a closed spool was read")
	}
}

func TestNotOfThisKind(t *testing.T) {
	var s spool.File
	at, err := s.Add(&number{7})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Read(at, &record{}); err == nil {
		t.Error("a number was read as a record")
	}
	if err := s.Read(at+100, &number{}); err == nil {
		t.Error("something was read where nothing is")
	}
}

type number struct{ n int64 }

func (v *number) Code(c *spool.Coder) { spool.Int(c, &v.n) }

// What was closed is empty, whether it became a file or not.
func TestCloseEmpties(t *testing.T) {
	for _, n := range []int{1, 5000} {
		var f spool.File
		for round := range 2 {
			for i := range n {
				if _, err := f.Add(one(i)); err != nil {
					t.Fatal(err)
				}
			}
			have := 0
			if err := spool.Each(&f, func(*record) error { have++; return nil }); err != nil || have != n {
				t.Errorf("round %d: %d records of %d, %v", round, have, n, err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
