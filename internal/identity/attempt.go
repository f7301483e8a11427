package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
)

// Guessing is bounded per login text, whether or not the account exists, and
// for the whole server.
const (
	maxWrong        = 5
	lockFor         = 15 * time.Minute
	loginsPerSecond = 30
)

// bucket lets n logins through per second.
type bucket struct {
	mu     sync.Mutex
	second int64
	used   int
}

func (b *bucket) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := now.Unix(); s != b.second {
		b.second, b.used = s, 0
	}
	b.used++
	return b.used <= loginsPerSecond
}

// attemptKey is what the table knows of a login text: people type passwords
// into the wrong field, so the text itself is not kept.
func attemptKey(login string) string {
	sum := sha256.Sum256([]byte("login:" + login))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// charge counts an attempt as wrong before the password is looked at, so that
// guesses made at the same time cannot share one count; the right password
// clears it. It answers how many tries are left after this one, or ErrLocked.
// The count is committed by itself: a refusal must not undo it.
func (s *Service) charge(ctx context.Context, login string) (left int, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		wrong, err := countAttempt(ctx, tx, attemptKey(login))
		left = maxWrong - wrong
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count login attempt: %w", err)
	}
	if left < 0 {
		return 0, ErrLocked
	}
	return left, nil
}

// forgive takes back the attempt that charge counted.
func (s *Service) forgive(ctx context.Context, login string) error {
	if err := s.db.Write(ctx, func(tx *db.Tx) error { return uncountAttempt(ctx, tx, attemptKey(login)) }); err != nil {
		return fmt.Errorf("take back login attempt: %w", err)
	}
	return nil
}

// wrongAnswer is the refusal with the tries that are left, also at the fields
// of the form that was wrong: what stands at a field is said nowhere else.
func wrongAnswer(e *fault.Error, left int, fields ...string) error {
	if left <= 0 {
		return ErrLocked
	}
	e = e.Say("%s，还可试 %d 次", e.Text, left)
	for _, field := range fields {
		e = e.At(field, e.Text, nil)
	}
	return e
}
