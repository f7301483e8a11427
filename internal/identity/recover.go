package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/job"
)

// What people are told who forgot their password.
var (
	ErrNoRecovery   = fault.New(fault.Conflict, "recovery_off", "现在不能用验证码找回密码，请管理员重置")
	ErrRecoveryCode = fault.New(fault.Invalid, "recovery_code_wrong", "验证码不对或已过期，请核对或重新获取")
)

// Pending is a code that is out.
type Pending struct {
	Token   string // of a recovery: a secret that the code goes with
	Mask    string // of an address of one's own
	Expires time.Time
}

func has(list []string, one string) bool { return slices.Contains(list, one) }

// RecoveryWays are the channels by which a forgotten password can be set anew;
// none while no project lends its accounts for it.
func (s *Service) RecoveryWays(ctx context.Context) ([]string, error) {
	_, ways, err := s.sender(ctx, s.db.Reader(ctx))
	if err != nil {
		return nil, fmt.Errorf("read ways of recovery: %w", err)
	}
	return ways, nil
}

// AskRecovery has a code sent to the confirmed address of an account. Answer,
// time and limits are the same whether or not the account, its address or its
// right to come in exist. Errors: ErrNoRecovery, ErrOften, ErrBusy.
func (s *Service) AskRecovery(ctx context.Context, who actor.Actor, login, channel string) (Pending, error) {
	if !s.logins.take(s.db.Clock().Now()) {
		return Pending{}, ErrBusy
	}
	ways, err := s.RecoveryWays(ctx)
	if err != nil {
		return Pending{}, err
	}
	if !has(ways, channel) {
		return Pending{}, ErrNoRecovery
	}
	token, text := crypt.Token(24), errandText{foldLogin(login), newCode()}
	row := codeRow{purpose: toRecover, token: digest(token), login: attemptKey(text.Login), channel: channel, client: who.Address}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.mayAsk(ctx, tx, row); err != nil {
			return err
		}
		row.id, row.created, row.expires = tx.NewID(), tx.Now(), tx.Now().Add(codeFor)
		row.code = s.codeDigest(row.id, text.Code)
		if err := insertCode(ctx, tx, row); err != nil {
			return err
		}
		return s.enqueueErrand(ctx, tx, row.id, text)
	})
	if err != nil {
		return Pending{}, fmt.Errorf("ask recovery: %w", err)
	}
	return Pending{Token: token, Expires: row.expires}, nil
}

// sendRecovery is the job behind AskRecovery. An account that has been
// dismissed, or has no confirmed address of that channel, gets nothing; the
// log says so.
func (s *Service) sendRecovery(ctx context.Context, payload []byte) error {
	asked, text, err := s.openErrand(payload)
	if err != nil {
		return errors.Join(job.ErrGiveUp, err)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		row, err := findCode(ctx, tx, asked)
		if err != nil || row.id == 0 || row.account != 0 || !tx.Now().Before(row.expires) {
			return err
		}
		a, err := findLogin(ctx, tx, text.Login)
		if err != nil || a.ID == 0 {
			return err
		}
		list, err := contactsOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		asker := actor.Actor{Address: row.client}
		to := of(list, row.channel)
		if a.State != Active || !to.Confirmed {
			s.note(tx, asker, "recovery_asked", a, nil, nil, "有人为账号 %s（%s）申请找回密码；没有确认过的%s或账号已停用，未发验证码", a.Login, a.Name, channelName(row.channel))
			return nil
		}
		if often, err := s.tooOften(ctx, tx, to); err != nil || often {
			return err
		}
		if err := addressCode(ctx, tx, row.id, a.ID, to); err != nil {
			return err
		}
		s.note(tx, asker, "recovery_asked", a, nil, nil, "有人为账号 %s（%s）申请找回密码，验证码发往%s %s", a.Login, a.Name, channelName(row.channel), to.Mask)
		return s.sendCode(ctx, tx, a, to, row, text.Code, "找回密码")
	})
	if errors.Is(err, ErrNoSender) {
		return nil // switched off meanwhile
	}
	if err != nil {
		return fmt.Errorf("send recovery code: %w", err)
	}
	return nil
}

// Recover sets a new password with a code, once. Every session of the account
// ends, a second factor stays, and the person is told by the other channel.
// Errors: ErrRecoveryCode with the tries left, ErrPassword, ErrBusy.
func (s *Service) Recover(ctx context.Context, who actor.Actor, token, code, password string) error {
	if !s.logins.take(s.db.Clock().Now()) {
		return ErrBusy
	}
	policy, err := s.Policy(ctx, s.db.Reader(ctx))
	if err != nil {
		return err
	}
	if err := checkPassword(policy.MinLength, "", password); err != nil {
		return err
	}
	row, left, err := s.chargeCode(ctx, func(q db.Q) (codeRow, error) { return tokenCode(ctx, q, digest(token)) })
	if err != nil {
		return fmt.Errorf("recover password: %w", err)
	}
	if !s.sameCode(row, code) || row.account == 0 {
		s.audit.Refused(ctx, actor.Actor{Name: "找回密码的人", Address: who.Address}, "confirm-recovery", "用验证码设置新密码", 0, 422)
		return fmt.Errorf("recover password: %w", wrongCode(ErrRecoveryCode, left))
	}
	a, err := s.Account(ctx, s.db.Reader(ctx), row.account)
	if err != nil {
		return err
	}
	hash, err := s.fresh(ctx, policy, a, password)
	if err != nil {
		return fmt.Errorf("recover password: %w", errors.Join(err, s.db.Write(ctx, func(tx *db.Tx) error { return uncountTry(ctx, tx, row.id) })))
	}
	if err := s.db.Write(ctx, func(tx *db.Tx) error { return s.recovered(ctx, tx, who, row, hash) }); err != nil {
		return fmt.Errorf("recover password: %w", err)
	}
	return nil
}

// fresh hashes a password that fits the rules for an account, and is not the
// one that had to be changed.
func (s *Service) fresh(ctx context.Context, policy Policy, a Account, password string) (string, error) {
	if err := checkPassword(policy.MinLength, a.Login, password); err != nil {
		return "", err
	}
	if changes(policy.due(a, s.db.Clock().Now())) {
		same, err := s.samePassword(ctx, a.hash, password)
		if err != nil {
			return "", err
		}
		if same {
			return "", ErrSamePassword.At("body.password", ErrSamePassword.Text, nil)
		}
	}
	return s.hashPassword(ctx, password)
}

// recovered writes the new password where the account is locked.
func (s *Service) recovered(ctx context.Context, tx *db.Tx, who actor.Actor, row codeRow, hash string) error {
	if err := lockAccount(ctx, tx, row.account); err != nil {
		return err
	}
	a, err := findAccount(ctx, tx, row.account)
	if err != nil {
		return err
	}
	first, err := useCode(ctx, tx, row.id)
	if err != nil || !first || a.State != Active {
		return cmp.Or(err, error(ErrRecoveryCode))
	}
	a.hash, a.PasswordAt, a.Version = hash, tx.Now(), a.Version+1
	if err := voidCodes(ctx, tx, a.ID); err != nil {
		return err
	}
	if err := clearAttempts(ctx, tx, attemptKey(a.Login)); err != nil {
		return err
	}
	if err := endSessions(ctx, tx, &a); err != nil {
		return err
	}
	if err := saveAccount(ctx, tx, a); err != nil {
		return err
	}
	s.note(tx, actor.Actor{Account: a.ID, Name: a.Name, Address: who.Address}, "password_recovered", a, nil, nil,
		"%s 用发到%s %s 的验证码重新设置了密码，该账号的登录全部失效", a.Name, channelName(row.channel), row.mask)
	list, err := contactsOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	told := of(list, row.channel)
	for _, c := range list {
		if c.Confirmed && c.Channel != row.channel {
			told = c
		}
	}
	if !told.Confirmed {
		return nil
	}
	return s.alert(ctx, tx, a, told, "的密码已用验证码重新设置")
}
