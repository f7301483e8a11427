package db

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

type bindCache struct{ m sync.Map }

// bind turns "?" into "$1…" for PostgreSQL; quoted text is left alone.
func (d *DB) bind(query string) string {
	if d.engine == SQLite || !strings.Contains(query, "?") {
		return query
	}
	if s, ok := d.binds.m.Load(query); ok {
		return s.(string)
	}
	var b strings.Builder
	n, quoted := 0, false
	for i := 0; i < len(query); i++ {
		switch c := query[i]; {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	s := b.String()
	if len(query) < 4096 {
		d.binds.m.Store(query, s)
	}
	return s
}

// normalize gives both drivers the same plain values: named integers become
// int64, booleans 0/1, times microseconds UTC.
func normalize(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = plain(a)
	}
	return out
}

func plain(a any) any {
	switch v := a.(type) {
	case nil, int64, string, []byte:
		return v
	case int:
		return int64(v)
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case time.Time:
		if v.IsZero() {
			return int64(0)
		}
		return v.UnixMicro()
	}
	rv := reflect.ValueOf(a)
	switch rv.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return rv.Int()
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(rv.Uint())
	case reflect.String:
		return rv.String()
	case reflect.Pointer:
		if rv.IsNil() {
			return nil
		}
		return plain(rv.Elem().Interface())
	}
	return a
}

// Micro reads a stored instant (microseconds UTC) back; 0 is the zero time.
func Micro(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us)
}

// In writes "?, ?, …" for n values.
func In(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// Among is the condition that a column holds one of the values, nothing of none.
// SQLite takes 32,766 of them.
func Among[T ~int | ~int64](column string, values []T) (string, []any) {
	if len(values) == 0 {
		return "1 = 0", nil
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return column + " IN (" + In(len(values)) + ")", list
}

// Like escapes a literal for LIKE … ESCAPE '\'.
func Like(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
