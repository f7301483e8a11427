package audit

import (
	"sync"
	"time"
)

// anonymousPerMinute bounds what visitors can write into the log.
const anonymousPerMinute = 60

type limiter struct {
	mu     sync.Mutex
	minute int64
	used   int
}

func (l *limiter) take(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m := now.Unix() / 60; m != l.minute {
		l.minute, l.used = m, 0
	}
	l.used++
	return l.used <= anonymousPerMinute
}
