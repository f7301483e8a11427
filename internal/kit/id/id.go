// Package id makes 63-bit time-ordered numbers in Go, never in SQL: 41 bits of
// milliseconds since 2024, 9 bits of node, 13 bits of sequence. Kit.
package id

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"linli/internal/kit/clock"
)

// ID identifies a row. JSON and URLs carry it as a decimal string, because
// JavaScript numbers end at 2^53.
type ID int64

const (
	nodeBits = 9
	seqBits  = 13
	// Pattern is what an id looks like in JSON.
	Pattern = `^\d*$`
	// MaxNode is the highest node number; nodes are leased from the database.
	MaxNode = 1<<nodeBits - 1
)

// Epoch is the zero of the time part: 2020-01-01 UTC, in milliseconds.
const Epoch = 1577836800000

// Gen makes ids of one node.
type Gen struct {
	mu    sync.Mutex
	clock clock.Clock
	node  int64
	last  int64
	seq   int64
}

// NewGen makes a generator; node is 0…MaxNode and belongs to one process at a
// time.
func NewGen(c clock.Clock, node int64) *Gen {
	return &Gen{clock: c, node: node & MaxNode}
}

// New makes one id, larger than any this generator made before.
func (g *Gen) New() ID {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.next(g.clock.Now().UnixMilli() - Epoch)
}

// Block makes n ids under one lock, for bulk writes; they ascend.
func (g *Gen) Block(n int) []ID {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := make([]ID, n)
	ms := g.clock.Now().UnixMilli() - Epoch
	for i := range out {
		out[i] = g.next(ms)
	}
	return out
}

// next borrows from the future when a millisecond is used up or the clock
// went back, so ids ascend whatever the clock does.
func (g *Gen) next(ms int64) ID {
	if ms > g.last {
		g.last, g.seq = ms, 0
	} else if g.seq++; g.seq >= 1<<seqBits {
		g.last, g.seq = g.last+1, 0
	}
	return ID(g.last<<(nodeBits+seqBits) | g.node<<seqBits | g.seq)
}

// At is below every id made at or after an instant, and above those before it.
func At(t time.Time) ID { return ID((t.UnixMilli() - Epoch) << (nodeBits + seqBits)) }

// Time is when the id was made, to the millisecond.
func (i ID) Time() time.Time {
	return time.UnixMilli(int64(i)>>(nodeBits+seqBits) + Epoch)
}

// Parse reads a decimal string of 1–19 digits.
func Parse(s string) (ID, error) {
	if s == "" || len(s) > 19 || s[0] < '0' || s[0] > '9' {
		return 0, fmt.Errorf("id %q is not a decimal number", s)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("id %q is not a 63-bit decimal number", s)
	}
	return ID(n), nil
}

func (i ID) String() string { return strconv.FormatInt(int64(i), 10) }

// MarshalText writes the decimal string; zero is the empty string.
func (i ID) MarshalText() ([]byte, error) {
	if i == 0 {
		return []byte{}, nil
	}
	return []byte(i.String()), nil
}

// UnmarshalText reads a decimal string; empty is zero.
func (i *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = 0
		return nil
	}
	v, err := Parse(string(b))
	*i = v
	return err
}

// Schema tells the API document that ids are strings.
func (ID) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: Pattern, Description: "编号，十进制字符串"}
}
