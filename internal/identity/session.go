package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/alexedwards/scs/v2"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// How long a session lives. A remembered one ends at its deadline however
// much it is used; any other also when nothing was asked for idleFor.
const (
	idleFor    = 12 * time.Hour
	liveFor    = 30 * 24 * time.Hour
	touchAfter = 5 * time.Minute // how stale the last use may get in the table
	touchWait  = 200 * time.Millisecond
	maxToken   = 64
)

// accountKey is where the session's data keep the account.
const accountKey = "account"

func newSessions(store scs.CtxStore) *scs.SessionManager {
	m := scs.New()
	m.Store, m.HashTokenInStore = store, true
	m.Lifetime, m.IdleTimeout = liveFor, 0 // the store decides, by our clock
	return m
}

// digest is what the store and the audit log know of a token.
func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Credentials are what a person types to come in.
type Credentials struct {
	Login    string
	Password string
	Code     string // of the second factor; empty when it was not asked yet
	Remember bool   // 30 days instead of 12 idle hours
}

// Session is a session that has just begun.
type Session struct {
	Token    string // a secret; only its digest is stored
	Account  id.ID
	Remember bool
	Expires  time.Time
}

// SignIn checks a password and begins a session; the session that who came
// with ends. A wrong login and a wrong password are told apart neither by
// answer nor by time (G11): ErrWrong with the tries left, then ErrLocked.
func (s *Service) SignIn(ctx context.Context, who actor.Actor, in Credentials) (Session, error) {
	if !s.logins.take(s.db.Clock().Now()) {
		return Session{}, ErrBusy
	}
	login := foldLogin(in.Login)
	a, left, same, err := s.tryPassword(ctx, login, in.Password)
	if err != nil {
		if errors.Is(err, ErrLocked) {
			s.refused(ctx, who, a, 429)
		}
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	if !same || a.State != Active {
		s.refused(ctx, who, a, 401)
		return Session{}, fmt.Errorf("sign in: %w", wrongAnswer(ErrWrong, left))
	}
	if a.TOTP && in.Code == "" {
		// Asking for the code is no wrong attempt, whatever comes of it.
		if err := s.forgive(ctx, login); err != nil {
			return Session{}, fmt.Errorf("sign in: %w", err)
		}
		return Session{}, ErrCodeNeeded
	}
	out, err := s.admit(ctx, who, a, in)
	if errors.Is(err, ErrCode) {
		s.refused(ctx, who, a, 401)
		err = wrongAnswer(ErrCode, left)
	}
	if err != nil {
		return Session{}, fmt.Errorf("sign in: %w", err)
	}
	return out, nil
}

// admit begins the session of somebody whose password was right.
func (s *Service) admit(ctx context.Context, who actor.Actor, a Account, in Credentials) (out Session, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := s.unchanged(ctx, tx, a)
		if err != nil {
			return err
		}
		person := actor.Actor{Account: now.ID, Name: now.Name, Address: who.Address}
		if now.TOTP {
			if err := s.useCode(ctx, tx, person, now, in.Code); err != nil {
				return err
			}
		}
		if err := clearAttempts(ctx, tx, attemptKey(now.Login)); err != nil {
			return err
		}
		if who.Session != "" {
			if err := deleteSession(ctx, tx, who.Session); err != nil {
				return err
			}
		}
		now.SignedInAt = tx.Now()
		if err := saveAccount(ctx, tx, now); err != nil {
			return err
		}
		if out, err = s.begin(ctx, tx, now, who.Address, in.Remember); err != nil {
			return err
		}
		person.Session = digest(out.Token)
		s.note(tx, person, "signed_in", now, nil, nil, "%s 登录", now.Name)
		return nil
	})
	return out, err
}

// tryPassword counts an attempt and compares, always at the cost of one hash.
func (s *Service) tryPassword(ctx context.Context, login, password string) (a Account, left int, same bool, err error) {
	if left, err = s.charge(ctx, login); err != nil {
		return a, 0, false, err
	}
	if a, err = findLogin(ctx, s.db.Reader(ctx), login); err != nil {
		return a, left, false, err
	}
	hash := a.hash
	if a.ID == 0 {
		hash = s.nobody
	}
	same, err = s.samePassword(ctx, hash, password)
	return a, left, same && a.ID != 0, err
}

// unchanged locks the account and refuses when it was dismissed or got
// another password while the old one was being compared.
func (s *Service) unchanged(ctx context.Context, tx *db.Tx, a Account) (Account, error) {
	if err := lockAccount(ctx, tx, a.ID); err != nil {
		return a, err
	}
	now, err := findAccount(ctx, tx, a.ID)
	if err != nil {
		return a, err
	}
	if now.State != Active || now.hash != a.hash {
		return a, ErrWrong
	}
	return now, nil
}

// begin makes a session of an account on its locked row.
func (s *Service) begin(ctx context.Context, tx *db.Tx, a Account, address string, remember bool) (Session, error) {
	sctx, err := s.sessions.Load(ctx, "")
	if err != nil {
		return Session{}, fmt.Errorf("begin session: %w", err)
	}
	policy, err := s.Policy(ctx, tx)
	if err != nil {
		return Session{}, fmt.Errorf("begin session: %w", err)
	}
	s.sessions.Put(sctx, accountKey, int64(a.ID))
	s.sessions.SetDeadline(sctx, tx.Now().Add(liveFor))
	token, expires, err := s.sessions.Commit(withRow(sctx, &sessionRow{tx: tx, account: a.ID, epoch: a.epoch, address: address, remember: remember, idle: policy.idle()}))
	if err != nil {
		return Session{}, fmt.Errorf("begin session: %w", err)
	}
	return Session{Token: token, Account: a.ID, Remember: remember, Expires: expires}, nil
}

// Authenticate turns a session token into its actor; the zero Actor means the
// token is unknown, has ended, or its account was dismissed or changed.
// Nothing is cached: what ends a session ends it for the next request.
func (s *Service) Authenticate(ctx context.Context, token, address string) (actor.Actor, error) {
	if token == "" || len(token) > maxToken {
		return actor.Actor{}, nil
	}
	row := &sessionRow{}
	sctx, err := s.sessions.Load(withRow(ctx, row), token)
	if err != nil {
		return actor.Actor{}, fmt.Errorf("authenticate: %w", err)
	}
	if account := s.sessions.GetInt64(sctx, accountKey); account == 0 || id.ID(account) != row.account {
		return actor.Actor{}, nil
	}
	a, err := findAccount(ctx, s.db.Reader(ctx), row.account)
	if err != nil {
		return actor.Actor{}, fmt.Errorf("authenticate: %w", err)
	}
	if a.epoch != row.epoch || a.State != Active {
		return actor.Actor{}, nil
	}
	policy, err := s.Policy(ctx, s.db.Reader(ctx))
	if err != nil {
		return actor.Actor{}, fmt.Errorf("authenticate: %w", err)
	}
	grants := []actor.Grant{} // nothing, until what is due is done
	if policy.due(a, s.db.Clock().Now()) == dueNothing {
		if grants, err = s.rights(ctx, s.db.Reader(ctx), a.Grants); err != nil {
			return actor.Actor{}, fmt.Errorf("authenticate: %w", err)
		}
	}
	s.touch(ctx, row, digest(token), policy.idle())
	return actor.Actor{Account: a.ID, Name: a.Name, Session: digest(token), Address: address, Grants: grants}, nil
}

// touch notes that a session is in use. A busy or full database must not keep
// people from reading, so it waits shortly and is only logged.
func (s *Service) touch(ctx context.Context, row *sessionRow, token string, idle time.Duration) {
	if now := s.db.Clock().Now(); row.remember || row.idleAt.Sub(now) > idle-touchAfter {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, touchWait)
	defer cancel()
	if err := s.db.Write(ctx, func(tx *db.Tx) error { return touchSession(ctx, tx, token, idle) }); err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "session not touched", slog.Any("error", err))
	}
}

// SignOut ends the session that who came with.
func (s *Service) SignOut(ctx context.Context, who actor.Actor) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := deleteSession(ctx, tx, who.Session); err != nil {
			return err
		}
		s.note(tx, who, "signed_out", Account{ID: who.Account}, nil, nil, "%s 退出登录", who.Name)
		return nil
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// ChangePassword changes one's own password. Every session of the account
// ends; the answer is a new one for the caller.
func (s *Service) ChangePassword(ctx context.Context, who actor.Actor, old, fresh string) (Session, error) {
	mine, err := s.Account(ctx, s.db.Reader(ctx), who.Account)
	if err != nil {
		return Session{}, err
	}
	policy, err := s.Policy(ctx, s.db.Reader(ctx))
	if err != nil {
		return Session{}, err
	}
	if err := checkPassword(policy.MinLength, mine.Login, fresh); err != nil {
		return Session{}, err
	}
	if changes(policy.due(mine, s.db.Clock().Now())) && old == fresh {
		return Session{}, ErrSamePassword.At("body.password", ErrSamePassword.Text, nil)
	}
	a, left, same, err := s.tryPassword(ctx, mine.Login, old)
	if err != nil {
		return Session{}, fmt.Errorf("change password: %w", err)
	}
	if !same {
		wrong := wrongAnswer(ErrOldPassword, left)
		s.refused(ctx, who, a, 422)
		return Session{}, fmt.Errorf("change password: %w", wrong)
	}
	hash, err := s.hashPassword(ctx, fresh)
	if err != nil {
		return Session{}, fmt.Errorf("change password: %w", err)
	}
	var out Session
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := s.unchanged(ctx, tx, a)
		if err != nil {
			return err
		}
		remember, err := remembered(ctx, tx, who.Session)
		if err != nil {
			return err
		}
		now.hash, now.PasswordAt, now.Version = hash, tx.Now(), now.Version+1
		if err := clearAttempts(ctx, tx, attemptKey(now.Login)); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, &now); err != nil {
			return err
		}
		if err := saveAccount(ctx, tx, now); err != nil {
			return err
		}
		s.note(tx, who, "password_changed", now, nil, nil, "%s 修改了自己的密码，其他登录全部失效", now.Name)
		out, err = s.begin(ctx, tx, now, who.Address, remember)
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("change password: %w", err)
	}
	return out, nil
}

// refused tells the audit log of a wrong password, in the same way and time
// whether or not the account exists. The login text itself is not kept.
func (s *Service) refused(ctx context.Context, who actor.Actor, a Account, status int) {
	name := a.Login
	if name == "" {
		name = "不存在的账号"
	}
	s.audit.Refused(ctx, actor.Actor{Account: who.Account, Name: name, Session: who.Session, Address: who.Address}, "sign-in", "登录", 0, status)
}
