// Package fault holds the errors that people see: a kind that decides the HTTP
// status, a stable code that programs match, and a Chinese sentence that says
// what to do next. Kit.
package fault

import (
	"errors"
	"fmt"
)

// Kind groups errors by what the caller can do about them.
type Kind int

// The kinds and the HTTP status the edge answers with.
const (
	Internal        Kind = iota // 500, outcome unknown, detail never shown
	Malformed                   // 400, the request cannot be read
	Unauthenticated             // 401
	Forbidden                   // 403
	NotFound                    // 404
	Conflict                    // 409, the state has moved on
	Invalid                     // 422, readable but not acceptable
	TooMany                     // 429
	Unavailable                 // 503, try again
	TooLarge                    // 413, more than the limit
	TooSlow                     // 408, not there in time
)

// Field names one wrong input: where it is and what is wrong with it.
type Field struct {
	Location string // body.phone, query.month, C12 …
	Message  string
	Value    any
}

// Error is an error meant for a person. Compare with errors.Is against a
// sentinel: two Errors are the same when their codes are.
type Error struct {
	Kind   Kind
	Code   string
	Text   string
	Fields []Field
	cause  error
}

// New makes a sentinel. Code is snake_case and never changes once released.
func New(kind Kind, code, text string) *Error {
	return &Error{Kind: kind, Code: code, Text: text}
}

func (e *Error) Error() string {
	if e.cause != nil {
		return e.Code + ": " + e.Text + ": " + e.cause.Error()
	}
	return e.Code + ": " + e.Text
}

// Unwrap gives the technical cause, which is logged and never shown.
func (e *Error) Unwrap() error { return e.cause }

// Is reports equality by code.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}

// Say returns a copy whose sentence carries the values at hand.
func (e *Error) Say(format string, args ...any) *Error {
	c := *e
	c.Text = fmt.Sprintf(format, args...)
	return &c
}

// At returns a copy that also names a wrong input.
func (e *Error) At(location, message string, value any) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), Field{location, message, value})
	return &c
}

// Because returns a copy that remembers the technical cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// As finds the fault in a chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Sentinels every room may answer with.
var (
	ErrNotFound = New(NotFound, "not_found", "没有找到，可能已被删除，或不在您负责的项目里")
	ErrStale    = New(Conflict, "stale", "刚被别人改过，请刷新后再改")
)
