package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
)

// acceptanceCase is one case with what was compared of it.
type acceptanceCase struct {
	ID       string                     `json:"id"`
	Title    string                     `json:"title"`
	Input    map[string]json.RawMessage `json:"input"`
	Expect   map[string]json.RawMessage `json:"expect"`
	compared map[string]bool
}

// caseInput are the inputs of a case; numbers come as text or as JSON numbers.
type caseInput struct {
	raw  map[string]json.RawMessage
	read map[string]bool
}

func (in caseInput) has(keys ...string) bool {
	for _, k := range keys {
		if _, ok := in.raw[k]; !ok {
			return false
		}
	}
	return true
}

func (in caseInput) any(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return in.has(k) })
}

// one is the name of several that the case uses, or the first.
func (in caseInput) one(keys ...string) string {
	for _, k := range keys {
		if in.has(k) {
			return k
		}
	}
	return keys[0]
}

func (in caseInput) into(key string, v any) error {
	in.read[key] = true
	if err := json.Unmarshal(in.raw[key], v); err != nil {
		return fmt.Errorf("input %s: %w", key, err)
	}
	return nil
}

func (in caseInput) text(key string) string {
	in.read[key] = true
	var s string
	if json.Unmarshal(in.raw[key], &s) == nil {
		return s
	}
	return string(in.raw[key])
}

// number is 0 without the key; what is no number stays unread.
func (in caseInput) number(key string) int64 {
	var n int64
	if text := in.text(key); in.has(key) {
		if _, err := fmt.Sscan(text, &n); err != nil {
			in.read[key] = false
		}
	}
	return n
}

func (in caseInput) fen(key string) money.Fen { return money.Fen(in.number(key)) }

func (in caseInput) date(key string) (clock.Date, error) { return clock.ParseDate(in.text(key)) }

func (in caseInput) qty(key string) (money.Qty, error) {
	if !in.has(key) {
		return 0, nil
	}
	return money.ParseQty(in.text(key))
}

// odd says that a value means nothing to the harness.
func (in caseInput) odd(key string) error {
	return fmt.Errorf("input %s is %s, which no kind of case knows", key, in.raw[key])
}

// allRead names fields that nothing has looked at.
func (in caseInput) allRead() error {
	return none("input", in.raw, in.read)
}

func (c *acceptanceCase) allCompared() error {
	return none("expected", c.Expect, c.compared)
}

func none(what string, have map[string]json.RawMessage, seen map[string]bool) error {
	var left []string
	for k := range have {
		if !seen[k] {
			left = append(left, k)
		}
	}
	if len(left) == 0 {
		return nil
	}
	slices.Sort(left)
	return fmt.Errorf("%s %s: nothing was made of it", what, strings.Join(left, ", "))
}

// want is what the case expects under a key, when it does.
func (c *acceptanceCase) want(key string) (json.RawMessage, bool) {
	raw, ok := c.Expect[key]
	c.compared[key] = true
	return raw, ok
}

// expect compares a stored number with what the case expects, when it does.
func (c *acceptanceCase) expect(key string, got money.Fen) error {
	raw, ok := c.want(key)
	if !ok {
		return nil
	}
	var want int64
	if err := json.Unmarshal(raw, &want); err != nil {
		return fmt.Errorf("expected %s: %w", key, err)
	}
	if int64(got) != want {
		return fmt.Errorf("%s is %d, expected %d", key, got, want)
	}
	return nil
}

// expectAny compares under any of several names.
func (c *acceptanceCase) expectAny(got money.Fen, keys ...string) error {
	for _, k := range keys {
		if err := c.expect(k, got); err != nil {
			return err
		}
	}
	return nil
}

// expectAll compares a list.
func (c *acceptanceCase) expectAll(key string, got []money.Fen) error {
	raw, ok := c.want(key)
	if !ok {
		return nil
	}
	var want []money.Fen
	if err := json.Unmarshal(raw, &want); err != nil {
		return fmt.Errorf("expected %s: %w", key, err)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s is %v, expected %v", key, got, want)
	}
	return nil
}

// expectText compares words, or true and false.
func (c *acceptanceCase) expectText(key string, got any) error {
	raw, ok := c.want(key)
	if !ok {
		return nil
	}
	if want := strings.Trim(string(raw), `"`); want != fmt.Sprint(got) {
		return fmt.Errorf("%s is %v, expected %s", key, got, want)
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
