// Package spool keeps records outside of memory: what is too much to hold is
// written to a temporary file once and read again by place or in order. The
// file has no name, so that it ends with the process, however that ends. Kit.
package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Coded is a record: Code names its fields to the coder in one order, which
// serves writing and reading.
type Coded interface{ Code(c *Coder) }

const (
	inMemory = 64 << 10 // what is not written yet; less than this never becomes a file
	far      = 4 << 10  // read at once at a place
	near     = 64 << 10 // read at once when the reading goes on where it was
)

// File is a list of records that only grows. It is used by one goroutine and
// must be closed. The zero value is an empty one.
type File struct {
	file    *os.File
	written int64  // bytes in the file
	tail    []byte // bytes behind them
	window  []byte // what was read last, from there
	from    int64
	next    int64 // where the record after the last one read begins
	coder   Coder
}

// Add appends a record and tells its place.
func (s *File) Add(v Coded) (at int64, err error) {
	at = s.written + int64(len(s.tail))
	s.coder = Coder{b: s.coder.b[:0]}
	v.Code(&s.coder)
	s.tail = binary.AppendUvarint(s.tail, uint64(len(s.coder.b)))
	s.tail = append(s.tail, s.coder.b...)
	if len(s.tail) < inMemory {
		return at, nil
	}
	return at, s.flush()
}

func (s *File) flush() (err error) {
	if s.file == nil {
		if s.file, err = os.CreateTemp("", "linli-spool-*"); err != nil { // mode 0600
			return fmt.Errorf("begin spool: %w", err)
		}
		// Where a file in use keeps its name, Close takes it away.
		_ = os.Remove(s.file.Name())
	}
	if _, err := s.file.WriteAt(s.tail, s.written); err != nil {
		return fmt.Errorf("write spool: %w", err)
	}
	s.written += int64(len(s.tail))
	s.tail = s.tail[:0]
	return nil
}

// Read reads the record at a place into v, over all its fields.
func (s *File) Read(at int64, v Coded) error {
	body, err := s.body(at)
	if err != nil {
		return err
	}
	c := Coder{b: body, reading: true}
	if v.Code(&c); c.bad || c.at != len(body) {
		return fmt.Errorf("read spool: the record at %d is not of this kind", at)
	}
	return nil
}

// Next is Read that tells the place of the record behind.
func (s *File) Next(at int64, v Coded) (int64, error) {
	err := s.Read(at, v)
	return s.next, err
}

// Each reads all records in order. What fn is given is its own.
func Each[T any, P interface {
	*T
	Coded
}](s *File, fn func(v P) error) error {
	for at := int64(0); at < s.written+int64(len(s.tail)); {
		v := P(new(T))
		next, err := s.Next(at, v)
		if err != nil {
			return err
		}
		if err := fn(v); err != nil {
			return err
		}
		at, s.next = next, next
	}
	return nil
}

// Some reads all records in order and hands them on, up to n at a time. The list
// is fn's during the call.
func Some[T any, P interface {
	*T
	Coded
}](s *File, n int, fn func(list []T) error) error {
	var list []T
	err := Each(s, func(v P) error {
		if list = append(list, *v); len(list) < n {
			return nil
		}
		err := fn(list)
		list = list[:0]
		return err
	})
	if err != nil || len(list) == 0 {
		return err
	}
	return fn(list)
}

// body is the record at a place, valid until the next call.
func (s *File) body(at int64) ([]byte, error) {
	if at >= s.written {
		if b, size := cut(s.tail[min(at-s.written, int64(len(s.tail))):]); b != nil {
			s.next = at + size
			return b, nil
		}
		return nil, fmt.Errorf("read spool: nothing at %d", at)
	}
	want := int64(far)
	if at == s.next {
		want = near
	}
	for {
		if at >= s.from && at < s.from+int64(len(s.window)) {
			b, size := cut(s.window[at-s.from:])
			if b != nil {
				s.next = at + size
				return b, nil
			}
			want = max(want, size)
		}
		if err := s.load(at, want); err != nil {
			return nil, err
		}
	}
}

// cut takes the first record off; without one, size is how much it takes.
func cut(b []byte) (body []byte, size int64) {
	n, head := binary.Uvarint(b)
	if head <= 0 {
		return nil, far
	}
	size = int64(head) + int64(n)
	if size > int64(len(b)) {
		return nil, size
	}
	return b[head:size:size], size
}

func (s *File) load(at, want int64) error {
	want = min(want, s.written-at)
	if s.from == at && int64(len(s.window)) >= want {
		return errors.New("read spool: a record ends behind the file")
	}
	if int64(cap(s.window)) < want {
		s.window = make([]byte, max(want, near))
	}
	s.window, s.from = s.window[:want], at
	if _, err := s.file.ReadAt(s.window, at); err != nil && !errors.Is(err, io.EOF) {
		s.window = s.window[:0]
		return fmt.Errorf("read spool: %w", err)
	}
	return nil
}

// Close gives the file back and leaves an empty list.
func (s *File) Close() error {
	if s.file == nil {
		*s = File{}
		return nil
	}
	err := s.file.Close()
	if gone := os.Remove(s.file.Name()); err == nil && gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = gone
	}
	*s = File{}
	if err != nil {
		return fmt.Errorf("close spool: %w", err)
	}
	return nil
}
