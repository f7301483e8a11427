package spool

import "encoding/binary"

// Coder writes the fields of one record, or reads them.
type Coder struct {
	b       []byte
	at      int
	reading bool
	bad     bool // there was less to read
}

// Text is a field of text.
func (c *Coder) Text(v *string) {
	n := len(*v)
	if Int(c, &n); !c.reading {
		c.b = append(c.b, *v...)
		return
	}
	if n < 0 || n > len(c.b)-c.at {
		c.bad, *v = true, ""
		return
	}
	*v = string(c.b[c.at : c.at+n])
	c.at += n
}

// Bool is a field of yes or no.
func (c *Coder) Bool(v *bool) {
	n := 0
	if *v {
		n = 1
	}
	Int(c, &n)
	*v = n == 1
}

// Int is a field that is a number.
func Int[T ~int | ~int32 | ~int64 | ~uint8 | ~uint32](c *Coder, v *T) {
	if !c.reading {
		c.b = binary.AppendVarint(c.b, int64(*v))
		return
	}
	n, size := binary.Varint(c.b[c.at:])
	if size <= 0 {
		c.bad, *v = true, 0
		return
	}
	c.at += size
	*v = T(n)
}

// List is a field that is a list; each codes one of its members.
func List[T any](c *Coder, list *[]T, each func(v *T)) {
	n := len(*list)
	Int(c, &n)
	if c.reading {
		*list = nil
		for ; n > 0 && !c.bad; n-- {
			var v T
			each(&v)
			*list = append(*list, v)
		}
		return
	}
	for i := range *list {
		each(&(*list)[i])
	}
}
