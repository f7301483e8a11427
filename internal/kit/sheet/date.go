package sheet

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"linli/internal/kit/fault"
)

// DateSystem is how a workbook counts days.
type DateSystem int

// Excel counts from 1900 and believes in 1900-02-29 (serial 60); old Macs
// count from 1904.
const (
	Dates1900 DateSystem = iota
	Dates1904
)

var (
	dateText = regexp.MustCompile(`^(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})[日号])(?:[ T]+[\d:.]+)?$`)
	compact  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	twoDigit = regexp.MustCompile(`^\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,4}日?$`)
)

// ParseDate reads a date as people and Excel write it, serial numbers by the
// 1900 system. See DateSystem.ParseDate.
func ParseDate(text string) (y, m, d int, err error) { return Dates1900.ParseDate(text) }

// ParseDate reads 2026-02-03, 2026/2/3, 2026.2.3, 2026年2月3日, 20260203 and
// serial numbers of this system; a time of day is dropped. Days that do not
// exist, two-digit years and years outside 1900–2100 are ErrDate.
func (s DateSystem) ParseDate(text string) (y, m, d int, err error) {
	text = strings.TrimSpace(width.Narrow.String(text))
	match := dateText.FindStringSubmatch(text)
	if match == nil {
		match = compact.FindStringSubmatch(text)
	}
	if match == nil {
		return s.parseOther(text)
	}
	nums := make([]int, 0, 3)
	for _, part := range match[1:] {
		if n, err := strconv.Atoi(part); err == nil {
			nums = append(nums, n)
		}
	}
	y, m, d = nums[0], nums[1], nums[2]
	if y < 1900 || y > 2100 {
		return 0, 0, 0, ErrDate.Say("日期 %s 不在 1900–2100 年之间；没有截止日期时请留空", text)
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Year() != y || int(t.Month()) != m || t.Day() != d {
		return 0, 0, 0, ErrDate.Say("日期 %s 不存在", text)
	}
	return y, m, d, nil
}

func (s DateSystem) parseOther(text string) (y, m, d int, err error) {
	if twoDigit.MatchString(text) {
		return 0, 0, 0, ErrDate.Say("日期 %s 的年份不是四位，请写成 2026-02-03", text)
	}
	whole, _, _ := strings.Cut(text, ".")
	n, convErr := strconv.Atoi(whole)
	if convErr != nil || strings.Trim(text, "0123456789.") != "" {
		return 0, 0, 0, ErrDate.Say("“%s”不是日期，请写成 2026-02-03", visible(text))
	}
	if n >= 1900 && n <= 2100 && whole == text {
		return 0, 0, 0, ErrDate.Say("“%s”只有年份，请写成 2026-02-03", text)
	}
	t, fail := s.day(n)
	if fail != nil {
		return 0, 0, 0, fail
	}
	return t.Year(), int(t.Month()), t.Day(), nil
}

// day is midnight UTC of a serial number.
func (s DateSystem) day(n int) (time.Time, *fault.Error) {
	if n < 0 || n > 80_000 {
		return time.Time{}, ErrDate.Say("日期序号 %d 不在 1900–2100 年之间", n)
	}
	var t time.Time
	switch {
	case s == Dates1904:
		t = time.Date(1904, 1, 1+n, 0, 0, 0, 0, time.UTC)
	case n == 0:
		return time.Time{}, ErrDate.Say("日期序号 0 不是日期")
	case n == 60:
		return time.Time{}, ErrDate.Say("日期序号 60 是 1900-02-29，这一天不存在")
	case n < 60:
		t = time.Date(1899, 12, 31+n, 0, 0, 0, 0, time.UTC)
	default:
		t = time.Date(1899, 12, 30+n, 0, 0, 0, 0, time.UTC)
	}
	if t.Year() > 2100 {
		return time.Time{}, ErrDate.Say("日期序号 %d 不在 1900–2100 年之间", n)
	}
	return t, nil
}

// serial writes a plain decimal serial as a date, with the time of day if any.
func (s DateSystem) serial(text string) (string, *fault.Error) {
	whole, dec, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(whole)
	if err != nil {
		return "", ErrDate.Say("“%s”不是日期", visible(text))
	}
	seconds := secondsOfDay(dec)
	if n == 0 && seconds > 0 {
		return clockText(seconds), nil
	}
	if seconds == 86_400 {
		n, seconds = n+1, 0
	}
	t, fail := s.day(n)
	if fail != nil {
		return "", fail
	}
	day := t.Format("2006-01-02")
	if seconds > 0 {
		day += " " + clockText(seconds)
	}
	return day, nil
}

// secondsOfDay rounds the decimals of a serial to whole seconds.
func secondsOfDay(dec string) int64 {
	if len(dec) > 9 {
		dec = dec[:9]
	}
	n, err := strconv.ParseInt((dec + "000000000")[:9], 10, 64)
	if err != nil {
		return 0
	}
	const unit = 1_000_000_000
	return (n*86_400 + unit/2) / unit
}

func clockText(seconds int64) string {
	return fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}
