package db

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// rowStream is PostgreSQL's binary COPY format, made while it is sent. Encoding
// plain values here costs a third of going through the driver's type map.
type rowStream struct {
	n, i  int
	types []uint32
	row   []any
	fill  func(int, []any) error
	buf   []byte
	sent  int
	begun bool
	err   error // of fill or of a value, which the caller wants to see itself
	mu    sync.Mutex
	ended bool
}

// sendAt is about one buffer of the driver.
const sendAt = 60_000

func (s *rowStream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return 0, io.ErrClosedPipe
	}
	if s.sent == len(s.buf) {
		if s.err != nil {
			return 0, s.err
		}
		if s.begun && s.i > s.n {
			return 0, io.EOF
		}
		s.more()
		if s.err != nil {
			return 0, s.err
		}
	}
	k := copy(p, s.buf[s.sent:])
	s.sent += k
	return k, nil
}

// end lets nothing read on: the driver does not wait for its reader when the
// connection is cut, and what fill looks at is the caller's again.
func (s *rowStream) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	return s.err
}

func (s *rowStream) more() {
	s.buf, s.sent = s.buf[:0], 0
	if !s.begun {
		s.begun = true
		s.buf = append(s.buf, "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	}
	for s.i < s.n && len(s.buf) < sendAt {
		if s.err = s.fill(s.i, s.row); s.err != nil {
			return
		}
		s.buf = binary.BigEndian.AppendUint16(s.buf, uint16(len(s.row)))
		for c, v := range s.row {
			if s.err = s.value(s.types[c], v); s.err != nil {
				return
			}
		}
		s.i++
	}
	if s.i == s.n {
		s.buf = append(s.buf, 0xff, 0xff)
		s.i++
	}
}

func (s *rowStream) value(oid uint32, v any) error {
	switch x := v.(type) {
	case nil:
		s.buf = binary.BigEndian.AppendUint32(s.buf, math.MaxUint32)
		return nil
	case int64:
		if oid == pgtype.Int8OID {
			s.buf = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(s.buf, 8), uint64(x))
			return nil
		}
		if oid == pgtype.Int4OID && x == int64(int32(x)) {
			s.buf = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(s.buf, 4), uint32(x))
			return nil
		}
	case string:
		if oid == pgtype.TextOID {
			s.buf = append(binary.BigEndian.AppendUint32(s.buf, uint32(len(x))), x...)
			return nil
		}
	case []byte:
		if oid == pgtype.ByteaOID {
			s.buf = append(binary.BigEndian.AppendUint32(s.buf, uint32(len(x))), x...)
			return nil
		}
	}
	return fmt.Errorf("cannot copy %T %v into a column of type %d", v, v, oid)
}

// columnTypes are the type OIDs of the columns, asked for once per table.
func (d *DB) columnTypes(ctx context.Context, conn *pgx.Conn, table, columns string) ([]uint32, error) {
	key := table + "(" + columns
	if v, ok := d.types.Load(key); ok {
		return v.([]uint32), nil
	}
	rows, err := conn.Query(ctx, "SELECT "+columns+" FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var types []uint32
	for _, f := range rows.FieldDescriptions() {
		types = append(types, f.DataTypeOID)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, err
	}
	d.types.Store(key, types)
	return types, nil
}

func (tx *Tx) copyRows(ctx context.Context, conn *pgx.Conn, table string, names []string, n int, fill func(int, []any) error) error {
	columns := strings.Join(names, ", ")
	types, err := tx.d.columnTypes(ctx, conn, table, columns)
	if err != nil {
		return err
	}
	s := &rowStream{n: n, types: types, row: make([]any, len(names)), fill: fill}
	_, err = conn.PgConn().CopyFrom(ctx, s, "COPY "+table+" ("+columns+") FROM STDIN WITH (FORMAT binary)")
	if own := s.end(); own != nil {
		return own // the server only repeats its text
	}
	return err
}
