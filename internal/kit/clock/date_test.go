package clock_test

import (
	"testing"
	"time"

	"linli/internal/kit/clock"
)

func TestDatesAndMonths(t *testing.T) {
	if _, err := clock.NewDate(2026, 2, 30); err == nil {
		t.Error("30 February accepted")
	}
	for _, bad := range []string{"1899-12-31", "2101-01-01", "2026-2-3", "0000-00-00", "9999-12-31"} {
		if d, err := clock.ParseDate(bad); err == nil {
			t.Errorf("%s read as %s", bad, d)
		}
	}
	d := clock.Date(20240228)
	if got := d.AddDays(2); got != 20240301 {
		t.Errorf("leap day: %s", got)
	}
	if got := clock.Date(20250101).Sub(20241231); got != 1 {
		t.Errorf("sub: %d", got)
	}
	m := clock.Month(202612)
	if m.Add(1) != 202701 || m.Add(-12) != 202512 || clock.Month(202701).Sub(202512) != 13 {
		t.Error("month arithmetic")
	}
	if clock.Month(202402).Last() != 20240229 || clock.Month(202602).Days() != 28 {
		t.Error("month length")
	}
}

func TestBusinessDayIsShanghais(t *testing.T) {
	late := time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC)
	if got := clock.DateOf(late); got != 20270101 {
		t.Errorf("16:00 UTC is already %s in Shanghai", got)
	}
	if got := clock.DateOf(late.Add(-time.Nanosecond)); got != 20261231 {
		t.Errorf("got %s", got)
	}
	if s := clock.Date(20270101).Start(); !s.Equal(late) {
		t.Errorf("day starts at %s", s)
	}
}
