package notify

import (
	"context"
	"fmt"
	"maps"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// The kinds that go to the staff themselves, at any hour: a code that proves
// an address, and the news that something about an account was changed.
const (
	KindCode  = "code"
	KindAlert = "alert"
)

// ErrSecret refuses to send a code once more.
var ErrSecret = fault.New(fault.Conflict, "notify_code", "验证码只发一次，请本人重新申请")

// hidden stands for a secret word where the message is read later.
const hidden = "••••••"

func toStaff(kind string) bool { return kind == KindCode || kind == KindAlert }

func secretAt(project, message id.ID) string {
	return fmt.Sprintf("notify_message/secret/%d/%d", int64(project), int64(message))
}

// hide seals the secret words of a draft into the message; what is read of it
// later shows only that they were there.
func (s *Service) hide(project id.ID, m *Message, secret Words) error {
	if len(secret) == 0 {
		return nil
	}
	m.Words = maps.Clone(m.Words)
	for name := range secret {
		m.Words[name] = hidden
	}
	sealed, err := s.Ring.Seal(secret.json(), secretAt(project, m.ID))
	if err != nil {
		return fmt.Errorf("seal words: %w", err)
	}
	m.secret = sealed
	return nil
}

// reveal gives the words of a message with the secret ones, for the letter.
func (s *Service) reveal(project id.ID, m *Message) (Words, error) {
	if m.secret == "" {
		return m.Words, nil
	}
	text, err := s.Ring.Open(m.secret, secretAt(project, m.ID))
	if err != nil {
		return nil, fmt.Errorf("open words: %w", err)
	}
	secret, err := readWords(text)
	if err != nil {
		return nil, fmt.Errorf("read words: %w", err)
	}
	all := maps.Clone(m.Words)
	maps.Copy(all, secret)
	return all, nil
}

// timely reports whether a message to the staff still helps; one that is too
// late is dropped in tx.
func timely(ctx context.Context, tx *db.Tx, project id.ID, m *Message) (bool, error) {
	if m.until.UnixMicro() > 0 && !tx.Now().Before(m.until) {
		return false, drop(ctx, tx, project, m, "验证码已过期")
	}
	return true, nil
}
