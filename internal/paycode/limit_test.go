package paycode

import (
	"fmt"
	"testing"
	"time"

	"linli/internal/kit/clock"
)

func TestLimits(t *testing.T) {
	now := clock.NewManual(clock.Date(20261121).Start())
	l := newLimits(now)
	for n := range 5 {
		if got := l.count("miss/a", 3, time.Minute); got != (n < 3) {
			t.Errorf("time %d: %v", n+1, got)
		}
	}
	if !l.over("miss/a", 3) || l.over("miss/b", 3) {
		t.Error("one address counts for another")
	}
	now.Advance(time.Minute)
	if l.over("miss/a", 3) || !l.count("miss/a", 3, time.Minute) {
		t.Error("the window does not end")
	}
	now.Advance(2 * time.Minute)
	for n := range maxCounted + 2 {
		l.count(fmt.Sprint(n), 1, time.Minute)
		if n == maxCounted/2 {
			now.Advance(2 * time.Minute)
		}
	}
	if len(l.seen) > maxCounted {
		t.Errorf("%d windows are kept", len(l.seen))
	}
}

func TestMasked(t *testing.T) {
	for name, want := range map[string]string{"": "", "张": "张*", "张伟": "张*", "欧阳娜": "欧**", "杭州翠湖物业服务有限公司": "杭***"} {
		if got := Masked(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
