package meter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
)

// Sample is what a platform says that a meter showed.
type Sample struct {
	Number string
	At     time.Time
	Value  money.Qty
}

// Refused is a message, or one reading of it, that could not be kept.
type Refused struct {
	Topic   string
	Payload string // its beginning, fit to be shown
	Reason  string
	At      time.Time // when it came
}

// The limits of one message.
const (
	maxPayload  = 64 << 10
	maxSamples  = 500 // in one message
	maxNumber   = 40  // characters of a meter's number
	shownBytes  = 300 // of a payload that was refused
	keepSignals = 400 // days
	// clocks of collectors are never quite right
	ahead = 10 * time.Minute
)

// readAll reads messages, each with one reading or an array of them.
func (p *Platform) readAll(list []Message, now time.Time) (good []Sample, bad []Refused) {
	for _, m := range list {
		some, wrong := p.read(m.Payload, now)
		good = append(good, some...)
		for _, reason := range wrong {
			bad = append(bad, Refused{Topic: legible(m.Topic), Payload: legible(string(m.Payload[:min(len(m.Payload), shownBytes)])), Reason: reason, At: now})
		}
	}
	return good, bad
}

// legible is text that a page and both databases take.
func legible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// read reads one message; what it answers for each reading that it refuses is
// shown to the clerk.
func (p *Platform) read(payload []byte, now time.Time) (good []Sample, bad []string) {
	if len(payload) > maxPayload {
		return nil, []string{fmt.Sprintf("消息太大：%d KB，最多 %d KB", len(payload)>>10, maxPayload>>10)}
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	var content any
	if err := d.Decode(&content); err != nil {
		return nil, []string{"不是 JSON"}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, []string{"JSON 后面还有别的内容"}
	}
	list, ok := content.([]any)
	if !ok {
		list = []any{content}
	}
	if len(list) > maxSamples {
		return nil, []string{fmt.Sprintf("一条消息里有 %d 个读数，最多 %d 个", len(list), maxSamples)}
	}
	for _, one := range list {
		s, wrong := p.sample(one, now)
		if wrong != "" {
			bad = append(bad, wrong)
			continue
		}
		good = append(good, s)
	}
	return good, bad
}

func (p *Platform) sample(v any, now time.Time) (s Sample, wrong string) {
	if s.Number, wrong = word(v, p.Number, "表号"); wrong != "" {
		return s, wrong
	}
	if utf8.RuneCountInString(s.Number) > maxNumber || legible(s.Number) != s.Number {
		return s, fmt.Sprintf("表号太长或有特殊字符，最多 %d 个字", maxNumber)
	}
	value, wrong := word(v, p.Value, "读数")
	if wrong != "" {
		return s, wrong
	}
	if s.Value, wrong = shown(value); wrong != "" {
		return s, wrong
	}
	text, wrong := word(v, p.Time, "时间")
	if wrong != "" {
		return s, wrong
	}
	s.At, wrong = moment(text, now)
	return s, wrong
}

// word is a field as text; dots lead into objects inside.
func word(v any, path, what string) (text, wrong string) {
	for name := range strings.SplitSeq(path, ".") {
		in, ok := v.(map[string]any)
		if !ok {
			return "", "没有「" + path + "」这一项（" + what + "）"
		}
		v = in[name]
	}
	switch x := v.(type) {
	case string:
		text = strings.TrimSpace(x)
	case json.Number:
		text = x.String()
	}
	if text == "" {
		return "", "没有「" + path + "」这一项（" + what + "）"
	}
	return text, ""
}

// shown reads what a dial shows, exactly.
func shown(text string) (money.Qty, string) {
	digits := strings.TrimPrefix(text, "-")
	if whole, part, ok := strings.Cut(digits, "."); ok && len(part) > 4 {
		digits = whole + "." + part[:4] + strings.TrimRight(part[4:], "0")
	}
	q, err := money.ParseQty(digits)
	switch {
	case err == nil && digits != text && text[0] == '-':
		return 0, "读数是负数：" + clip(text)
	case err != nil && strings.ContainsAny(text, "eE") && strings.Trim(text, "0123456789.eE+-") == "":
		return 0, "读数写成了科学计数：" + clip(text)
	case err != nil && strings.Trim(digits, "0123456789.") == "" && strings.Count(digits, ".") < 2:
		return 0, "读数位数太多，整数最多 10 位、小数最多 4 位：" + clip(text)
	case err != nil:
		return 0, "读数不是数字：" + clip(text)
	}
	return q, ""
}

// moment reads when: seconds or milliseconds since 1970, RFC 3339, or a time of
// Shanghai without zone.
func moment(text string, now time.Time) (time.Time, string) {
	at, err := instant(text)
	switch {
	case err != nil:
		return at, "时间看不懂：" + clip(text)
	case at.After(now.Add(ahead)):
		return at, "时间在以后：" + at.In(clock.Shanghai()).Format(time.DateTime)
	case at.Before(now.AddDate(0, 0, -keepSignals)):
		return at, "时间太早：" + at.In(clock.Shanghai()).Format(time.DateTime)
	}
	return at, ""
}

func instant(text string) (time.Time, error) {
	if strings.Trim(text, "0123456789") == "" {
		n, err := strconv.ParseInt(text, 10, 64)
		switch len(text) {
		case 9, 10:
			return time.Unix(n, 0), err
		case 12, 13:
			return time.UnixMilli(n), err
		}
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at, nil
	}
	var err error
	for _, layout := range []string{time.DateTime, "2006-01-02T15:04:05", "2006/01/02 15:04:05", "20060102150405"} {
		var at time.Time
		if at, err = time.ParseInLocation(layout, text, clock.Shanghai()); err == nil {
			return at, nil
		}
	}
	return time.Time{}, err
}

func clip(s string) string {
	const most = 40
	if s = legible(s); utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most]) + "…"
	}
	return s
}
