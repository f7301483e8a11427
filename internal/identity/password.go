package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Cost of one argon2id hash: 19 MiB, two passes, one lane (OWASP's first
// choice); two at once keep the server under 40 MiB for them.
const (
	hashMemory    = 19 * 1024 // KiB
	hashPasses    = 2
	saltLen       = 16
	sumLen        = 32
	hashersAtOnce = 2
)

// Lengths of a password in characters; a policy may ask for more.
const (
	minPassword = 10
	maxPassword = 128
)

//go:embed breached.txt
var breached string

// checkPassword holds the rules of 等保 2.0 (GB/T 22239-2019, 8.1.4.1): length,
// complexity, and nothing that is tried first.
func checkPassword(least int, login, password string) error {
	at := func(text string) error { return ErrPassword.Say("%s", text).At("body.password", text, nil) }
	n := utf8.RuneCountInString(password)
	switch {
	case n < least:
		return at(fmt.Sprintf("密码至少 %d 位，现在是 %d 位", least, n))
	case n > maxPassword:
		return at(fmt.Sprintf("密码最多 %d 位，现在是 %d 位", maxPassword, n))
	case classes(password) < 3:
		return at("密码要包含大写、小写、数字、符号中至少三种")
	}
	low := strings.ToLower(password)
	if login != "" && strings.Contains(low, strings.ToLower(login)) {
		return at("密码里不能含有登录名")
	}
	core := strings.TrimRightFunc(low, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, known := range strings.Fields(breached) {
		if low == known || core == known {
			return at("这个密码太常见，容易被猜中，请换一个")
		}
	}
	return nil
}

func classes(s string) int {
	var lower, upper, digit, other int
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			lower = 1
		case r >= 'A' && r <= 'Z':
			upper = 1
		case r >= '0' && r <= '9':
			digit = 1
		default:
			other = 1
		}
	}
	return lower + upper + digit + other
}

// hashPassword waits for one of the few hashers.
func (s *Service) hashPassword(ctx context.Context, password string) (string, error) {
	if err := s.takeHasher(ctx); err != nil {
		return "", err
	}
	defer func() { <-s.hashers }()
	salt := make([]byte, saltLen)
	rand.Read(salt) // never fails
	return encodeHash(salt, argon2.IDKey([]byte(password), salt, hashPasses, hashMemory, 1, sumLen)), nil
}

func (s *Service) takeHasher(ctx context.Context) error {
	select {
	case s.hashers <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// encodeHash writes the PHC text, which carries its own cost so that a later
// version may raise it.
func encodeHash(salt, sum []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, hashMemory, hashPasses, b.EncodeToString(salt), b.EncodeToString(sum))
}

// samePassword compares in constant time; an unreadable hash is an error.
func (s *Service) samePassword(ctx context.Context, hash, password string) (bool, error) {
	part := strings.Split(hash, "$")
	var memory, passes uint32
	var lanes uint8
	if len(part) != 6 || part[1] != "argon2id" {
		return false, fmt.Errorf("stored password hash is not argon2id")
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false, fmt.Errorf("stored password hash: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(part[4])
	if err != nil {
		return false, fmt.Errorf("stored password hash: %w", err)
	}
	sum, err := base64.RawStdEncoding.DecodeString(part[5])
	if err != nil || len(sum) == 0 || passes == 0 || lanes == 0 {
		return false, fmt.Errorf("stored password hash is damaged")
	}
	if err := s.takeHasher(ctx); err != nil {
		return false, err
	}
	defer func() { <-s.hashers }()
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(sum)))
	return subtle.ConstantTimeCompare(got, sum) == 1, nil
}
