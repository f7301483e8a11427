package clock

import (
	"fmt"
	"time"
)

// Date is a business day without zone, stored as the integer yyyymmdd.
// Zero means "no date".
type Date int32

// Month is a business month (账期), stored as the integer yyyymm.
type Month int32

// NewDate builds a date; it refuses days that do not exist and years outside
// 1900–2100.
func NewDate(y, m, d int) (Date, error) {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1900 || y > 2100 || t.Year() != y || int(t.Month()) != m || t.Day() != d {
		return 0, fmt.Errorf("date %04d-%02d-%02d does not exist or is outside 1900–2100", y, m, d)
	}
	return Date(y*10000 + m*100 + d), nil
}

// DateOf is the business day of an instant.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Shanghai()).Date()
	return Date(y*10000 + int(m)*100 + d)
}

// ParseDate reads 2006-01-02.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return 0, fmt.Errorf("date %q is not of the form 2026-11-21", s)
	}
	return NewDate(t.Year(), int(t.Month()), t.Day())
}

func (d Date) parts() (int, int, int) { return int(d) / 10000, int(d) / 100 % 100, int(d) % 100 }

// Time is midnight UTC of the day, for arithmetic only.
func (d Date) Time() time.Time {
	y, m, dd := d.parts()
	return time.Date(y, time.Month(m), dd, 0, 0, 0, 0, time.UTC)
}

// Start is the instant the day begins in the business zone.
func (d Date) Start() time.Time {
	y, m, dd := d.parts()
	return time.Date(y, time.Month(m), dd, 0, 0, 0, 0, Shanghai())
}

// AddDays moves by n days.
func (d Date) AddDays(n int) Date { return fromTime(d.Time().AddDate(0, 0, n)) }

// Sub is the number of days from o to d.
func (d Date) Sub(o Date) int { return int(d.Time().Sub(o.Time()) / (24 * time.Hour)) }

// Month is the month the day lies in.
func (d Date) Month() Month { return Month(d / 100) }

// Day is the day of the month.
func (d Date) Day() int { return int(d % 100) }

// Year is the calendar year.
func (d Date) Year() int { return int(d / 10000) }

func (d Date) String() string {
	if d == 0 {
		return ""
	}
	y, m, dd := d.parts()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, dd)
}

// MarshalText writes 2006-01-02, or nothing for no date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2006-01-02; empty is no date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	v, err := ParseDate(string(b))
	*d = v
	return err
}

func fromTime(t time.Time) Date {
	y, m, d := t.Date()
	return Date(y*10000 + int(m)*100 + d)
}

// NewMonth builds a month inside 1900–2100.
func NewMonth(y, m int) (Month, error) {
	if y < 1900 || y > 2100 || m < 1 || m > 12 {
		return 0, fmt.Errorf("month %04d-%02d does not exist or is outside 1900–2100", y, m)
	}
	return Month(y*100 + m), nil
}

// MonthOf is the business month of an instant.
func MonthOf(t time.Time) Month { return DateOf(t).Month() }

// ParseMonth reads 2006-01.
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return 0, fmt.Errorf("month %q is not of the form 2026-11", s)
	}
	return NewMonth(t.Year(), int(t.Month()))
}

// Add moves by n months.
func (m Month) Add(n int) Month {
	i := int(m)/100*12 + int(m)%100 - 1 + n
	return Month(i/12*100 + i%12 + 1)
}

// Sub is the number of months from o to m.
func (m Month) Sub(o Month) int {
	return int(m)/100*12 + int(m)%100 - int(o)/100*12 - int(o)%100
}

// First is the first day.
func (m Month) First() Date { return Date(int(m)*100 + 1) }

// Last is the last day.
func (m Month) Last() Date { return m.Add(1).First().AddDays(-1) }

// Days is the length of the month in days.
func (m Month) Days() int { return m.Last().Day() }

// Year is the calendar year.
func (m Month) Year() int { return int(m) / 100 }

// Number is the month of the year, 1–12.
func (m Month) Number() int { return int(m) % 100 }

func (m Month) String() string {
	if m == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", int(m)/100, int(m)%100)
}

// MarshalText writes 2006-01.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads 2006-01; empty is no month.
func (m *Month) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*m = 0
		return nil
	}
	v, err := ParseMonth(string(b))
	*m = v
	return err
}
