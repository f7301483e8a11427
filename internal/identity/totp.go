package identity

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What people are told about the second factor.
var (
	ErrCodeNeeded = fault.New(fault.Unauthenticated, "login_code_needed", "请输入手机验证器上的 6 位动态验证码")
	ErrCode       = fault.New(fault.Unauthenticated, "login_code_wrong", "动态验证码不对或已用过，请等下一个")
	ErrBindCode   = fault.New(fault.Invalid, "totp_code_wrong", "动态验证码不对，请核对手机的时间后再输")
	ErrTOTPBound  = fault.New(fault.Conflict, "totp_bound", "这个账号已绑定动态验证码，换手机请先解除")
	ErrNoTOTP     = fault.New(fault.Conflict, "totp_not_bound", "这个账号没有绑定动态验证码")
	ErrOwnTOTP    = fault.New(fault.Conflict, "totp_own", "自己的动态验证码请在右上角“动态验证码”里解除")
)

// RFC 6238 as every authenticator app speaks it: six digits of SHA-1 per 30 s,
// one step of clock difference allowed on either side.
const (
	stepSeconds   = 30
	recoveryCount = 10
	recoveryLen   = 10  // base32 characters: 50 bits each
	qrSide        = 480 // the name of the company makes many modules; each takes some pixels
)

// Enrolment is what an authenticator app is fed with.
type Enrolment struct {
	Secret string // base32, for typing
	URL    string // otpauth://…
	QR     []byte // PNG of URL
}

type secretRow struct {
	sealed string
	active bool
	step   int64 // the newest one that was used: no code counts twice
}

func sealPlace(account id.ID) string { return "identity_totp.secret." + account.String() }

// StartTOTP makes a secret for the own account; it counts once ConfirmTOTP has
// seen a code of it. The password is asked, because whoever binds a telephone
// shuts out everybody else. Errors: ErrTOTPBound, ErrOldPassword with the tries
// left.
func (s *Service) StartTOTP(ctx context.Context, who actor.Actor, password string) (Enrolment, error) {
	a, err := s.own(ctx, who, password)
	if err != nil {
		return Enrolment{}, fmt.Errorf("start second factor: %w", err)
	}
	company, err := s.Company(ctx, s.db.Reader(ctx))
	if err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: strings.TrimSpace("邻里 " + company), AccountName: a.Login, SecretSize: 20})
	if err != nil {
		return Enrolment{}, fmt.Errorf("make secret: %w", err)
	}
	picture, err := key.Image(qrSide, qrSide)
	if err != nil {
		return Enrolment{}, fmt.Errorf("draw secret: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return Enrolment{}, fmt.Errorf("draw secret: %w", err)
	}
	sealed, err := s.ring.Seal(key.Secret(), sealPlace(a.ID))
	if err != nil {
		return Enrolment{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.unchanged(ctx, tx, a); err != nil {
			return err
		}
		if row, err := findSecret(ctx, tx, a.ID); err != nil || row.active {
			return errors.Join(err, boundIf(row.active))
		}
		return putSecret(ctx, tx, a.ID, sealed)
	})
	if err != nil {
		return Enrolment{}, fmt.Errorf("start second factor: %w", err)
	}
	return Enrolment{Secret: key.Secret(), URL: key.URL(), QR: b.Bytes()}, nil
}

func boundIf(active bool) error {
	if active {
		return ErrTOTPBound
	}
	return nil
}

// ConfirmTOTP makes the started secret count and answers the recovery codes,
// which are shown this once: only their keyed digests are kept.
func (s *Service) ConfirmTOTP(ctx context.Context, who actor.Actor, code string) (codes []string, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockAccount(ctx, tx, who.Account); err != nil {
			return err
		}
		a, err := findAccount(ctx, tx, who.Account)
		if err != nil {
			return err
		}
		row, err := findSecret(ctx, tx, a.ID)
		if err != nil || row.active {
			return errors.Join(err, boundIf(row.active))
		}
		step, err := s.matches(row, a.ID, code, tx.Now())
		if err != nil {
			return err
		}
		if step == 0 {
			return ErrBindCode.At("body.code", ErrBindCode.Text, nil)
		}
		if err := useStep(ctx, tx, a.ID, step); err != nil {
			return err
		}
		codes = newRecovery()
		if err := putRecovery(ctx, tx, a.ID, s.digests(a.ID, codes)); err != nil {
			return err
		}
		s.note(tx, who, "totp_bound", a, nil, nil, "%s 绑定了动态验证码", a.Name)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("bind second factor: %w", err)
	}
	return codes, nil
}

// RemoveTOTP takes the second factor off the own account. Errors: those of byCode.
func (s *Service) RemoveTOTP(ctx context.Context, who actor.Actor, code string) error {
	err := s.byCode(ctx, who, code, func(tx *db.Tx, a Account) error {
		s.note(tx, who, "totp_removed", a, nil, nil, "%s 解除了动态验证码", a.Name)
		return dropSecret(ctx, tx, a.ID)
	})
	if err != nil {
		return fmt.Errorf("remove second factor: %w", err)
	}
	return nil
}

// RenewRecovery puts new recovery codes in the place of all old ones, which
// open nothing any more. Errors: those of byCode.
func (s *Service) RenewRecovery(ctx context.Context, who actor.Actor, code string) (codes []string, err error) {
	codes = newRecovery()
	err = s.byCode(ctx, who, code, func(tx *db.Tx, a Account) error {
		s.note(tx, who, "recovery_renewed", a, nil, nil, "%s 换了新的恢复码，旧的作废", a.Name)
		return putRecovery(ctx, tx, a.ID, s.digests(a.ID, codes))
	})
	if err != nil {
		return nil, fmt.Errorf("renew recovery codes: %w", err)
	}
	return codes, nil
}

// byCode does what a code of the own telephone, or a recovery code, proves to
// be meant. Wrong ones count like wrong passwords: ErrBindCode with the tries
// left, ErrLocked, ErrNoTOTP.
func (s *Service) byCode(ctx context.Context, who actor.Actor, code string, act func(*db.Tx, Account) error) error {
	a, err := s.Account(ctx, s.db.Reader(ctx), who.Account)
	if err != nil {
		return err
	}
	if !a.TOTP {
		return ErrNoTOTP
	}
	left, err := s.charge(ctx, a.Login)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.useCode(ctx, tx, who, a, code); err != nil {
			return err
		}
		if err := clearAttempts(ctx, tx, attemptKey(a.Login)); err != nil {
			return err
		}
		return act(tx, a)
	})
	if errors.Is(err, ErrCode) {
		return wrongAnswer(ErrBindCode, left, "body.code")
	}
	return err
}

// RecoveryLeft counts the recovery codes of an account that open something.
func (s *Service) RecoveryLeft(ctx context.Context, q db.Q, account id.ID) (int, error) {
	n, err := countRecovery(ctx, q, account)
	if err != nil {
		return 0, fmt.Errorf("count recovery codes: %w", err)
	}
	return n, nil
}

// ResetTOTP takes the second factor off somebody else's account, who has lost
// the phone, and ends his sessions.
func (s *Service) ResetTOTP(ctx context.Context, who actor.Actor, account id.ID) (Account, error) {
	if account == who.Account {
		return Account{}, ErrOwnTOTP
	}
	return s.change(ctx, who, account, 0, func(tx *db.Tx, a *Account) error {
		if !a.TOTP {
			return ErrNoTOTP
		}
		a.TOTP = false
		s.note(tx, who, "totp_reset", *a, nil, nil, "重置账号 %s（%s）的动态验证码，该账号的登录全部失效", a.Login, a.Name)
		if err := dropSecret(ctx, tx, a.ID); err != nil {
			return err
		}
		return endSessions(ctx, tx, a)
	})
}

// useCode takes a code of the app or a recovery code, each once: ErrCode when
// it is neither. The account is locked by it.
func (s *Service) useCode(ctx context.Context, tx *db.Tx, who actor.Actor, a Account, code string) error {
	if err := lockAccount(ctx, tx, a.ID); err != nil {
		return err
	}
	row, err := findSecret(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if !row.active {
		return ErrNoTOTP
	}
	step, err := s.matches(row, a.ID, code, tx.Now())
	if err != nil {
		return err
	}
	if step != 0 {
		return useStep(ctx, tx, a.ID, step)
	}
	left, used, err := useRecovery(ctx, tx, a.ID, s.digests(a.ID, []string{code})[0])
	if err != nil {
		return err
	}
	if !used {
		return ErrCode
	}
	s.note(tx, who, "recovery_used", a, nil, nil, "%s 用掉一个恢复码，还剩 %d 个", a.Name, left)
	return nil
}

// matches gives the step of which code is the six digits, or 0.
func (s *Service) matches(row secretRow, account id.ID, code string, now time.Time) (step int64, err error) {
	if row.sealed == "" {
		return 0, nil
	}
	secret, err := s.ring.Open(row.sealed, sealPlace(account))
	if err != nil {
		return 0, fmt.Errorf("open secret: %w", err)
	}
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	for at := now.Unix()/stepSeconds - 1; at <= now.Unix()/stepSeconds+1; at++ {
		want, err := totp.GenerateCodeCustom(secret, time.Unix(at*stepSeconds, 0), totp.ValidateOpts{Period: stepSeconds, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, fmt.Errorf("make code: %w", err)
		}
		if at > row.step && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step = at
		}
	}
	return step, nil
}

func newRecovery() []string {
	out := make([]string, recoveryCount)
	for i := range out {
		b := make([]byte, 7)
		rand.Read(b) // never fails
		text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)[:recoveryLen]
		out[i] = text[:5] + "-" + text[5:]
	}
	return out
}

// digests are what the table knows of recovery codes.
func (s *Service) digests(account id.ID, codes []string) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		plain := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(c))
		out[i] = s.ring.Blind(int64(account), "recovery", plain)
	}
	return out
}
