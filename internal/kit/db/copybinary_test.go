package db

import (
	"errors"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

// Once the caller has gone on, a driver that still reads gets nothing, and what
// the caller filled from is left alone.
func TestAStreamThatHasEndedIsNotRead(t *testing.T) {
	filled := 0
	s := &rowStream{n: 100_000, types: []uint32{pgtype.Int8OID}, row: make([]any, 1), fill: func(i int, row []any) error {
		filled++
		row[0] = int64(i)
		return nil
	}}
	p := make([]byte, sendAt)
	if n, err := s.Read(p); n == 0 || err != nil {
		t.Fatal(n, err)
	}
	before := filled
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := s.Read(p); !errors.Is(err, io.ErrClosedPipe) {
			t.Fatalf("read on: %v", err)
		}
	}
	if filled != before {
		t.Errorf("%d rows more were filled", filled-before)
	}
}
