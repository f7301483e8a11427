// Package page is keyset paging: a list answers one page and an opaque cursor
// to the next; counting is asked for separately because it dominates the time
// of a list. Kit.
package page

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Request is the paging part of a list's input.
type Request struct {
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200" doc:"每页条数，最多 200"`
	Cursor string `query:"cursor" maxLength:"500" doc:"上一页给出的 next；第一页留空"`
}

// List is one page. Next is empty on the last page.
type List[T any] struct {
	Items []T    `json:"items" doc:"这一页的内容" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"下一页的 cursor，没有则为最后一页"`
}

// Total is what all pages of a filter come to.
type Total struct {
	Count  int64     `json:"count" doc:"全部结果的条数"`
	Amount money.Fen `json:"amount" doc:"全部结果的金额合计，分"`
}

// Totaled is a page with the total of all of them, where it was asked for.
type Totaled[T any] struct {
	List[T]
	Totals *Total `json:"totals,omitempty" doc:"全部结果的合计，count=true 时才有"`
}

// Answer makes a list's answer: the rows of one page as the edge says them, and,
// where they are asked for, what all pages come to.
func Answer[T, J any](list List[T], said func(*T) J, count bool, sum func() (Total, error)) (Totaled[J], error) {
	out := Totaled[J]{List: List[J]{Items: make([]J, len(list.Items)), Next: list.Next}}
	for i := range list.Items {
		out.Items[i] = said(&list.Items[i])
	}
	if !count {
		return out, nil
	}
	t, err := sum()
	if err != nil {
		return out, fmt.Errorf("add up list: %w", err)
	}
	out.Totals = &t
	return out, nil
}

// ErrCursor is answered for a cursor that this list never gave.
var ErrCursor = fault.New(fault.Malformed, "cursor_invalid", "翻页位置已失效，请从第一页重新看")

// Encode makes a cursor of the sort key of the last row.
func Encode(key ...any) string {
	b, err := json.Marshal(key)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Decode reads a cursor into pointers, in the order they were encoded. ok is
// false for the first page.
func Decode(cursor string, into ...any) (ok bool, err error) {
	if cursor == "" {
		return false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return false, ErrCursor
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil || len(parts) != len(into) {
		return false, ErrCursor
	}
	for i, p := range parts {
		if err := json.Unmarshal(p, into[i]); err != nil {
			return false, ErrCursor
		}
	}
	return true, nil
}

// Cut takes limit+1 rows and gives the page; key names the sort key of a row.
func Cut[T any](rows []T, limit int, key func(T) []any) List[T] {
	if len(rows) <= limit {
		return List[T]{Items: rows}
	}
	rows = rows[:limit]
	return List[T]{Items: rows, Next: Encode(key(rows[limit-1])...)}
}

// Newest is a page of a list whose rows are ordered by their id, newest first:
// rows reads up to r.Limit+1 of them below an id, or from the newest for zero.
// Without a limit it is 50. Error: ErrCursor and those of rows.
func Newest[T any](r *Request, key func(T) id.ID, rows func(before id.ID) ([]T, error)) (List[T], error) {
	var before id.ID
	if _, err := Decode(r.Cursor, &before); err != nil {
		return List[T]{}, err
	}
	if r.Limit <= 0 {
		r.Limit = 50
	}
	list, err := rows(before)
	if err != nil {
		return List[T]{}, err
	}
	return Cut(list, r.Limit, func(t T) []any { return []any{key(t)} }), nil
}
