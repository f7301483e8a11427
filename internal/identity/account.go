package identity

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/search"
)

// State of an account.
type State string

// The states: a dismissed account keeps its history and can do nothing.
const (
	Active    State = "active"
	Dismissed State = "dismissed"
)

// Account is one person of the staff.
type Account struct {
	ID         id.ID
	Login      string // lower case
	Name       string
	State      State
	Version    int64
	CreatedAt  time.Time
	SignedInAt time.Time // zero: never
	PasswordAt time.Time // zero: as old as the account
	TOTP       bool      // a second factor is bound
	Grants     []Grant
	hash       string
	epoch      int64
}

// Grant is a role held on one project, or on all when Project is 0. A limited
// one holds for its buildings of the project only: when they are all gone it
// gives nothing.
type Grant struct {
	Project   id.ID
	Role      string
	Limited   bool
	Buildings []id.ID // ascending
}

func (g Grant) same(o Grant) bool {
	return g.Project == o.Project && g.Role == o.Role && g.Limited == o.Limited && slices.Equal(g.Buildings, o.Buildings)
}

// NewAccount is what CreateAccount needs.
type NewAccount struct {
	Login    string
	Name     string
	Password string
	Given    bool // the person replaces the password before anything else
	Grants   []Grant
}

// AccountFilter narrows the list of accounts.
type AccountFilter struct {
	page.Request
	Text  string // part of login or name
	State State
	// Project keeps who has a role on it or on all; zero for everybody.
	Project id.ID
	Role    string // key of a role that somebody has; with Project on that project
}

var loginText = regexp.MustCompile(`^[a-z0-9_]{3,32}$`)

// foldLogin is the one spelling of a login.
func foldLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

func checkText(text string, most int, refusal *fault.Error) (string, error) {
	text, err := search.CleanName(text)
	if err != nil || utf8.RuneCountInString(text) > most {
		return "", refusal
	}
	return text, nil
}

func (s *Service) note(tx *db.Tx, who actor.Actor, action string, a Account, before, after any, format string, args ...any) {
	s.audit.Record(tx, audit.Entry{Who: who, Action: "identity." + action, Kind: "account", Subject: a.ID,
		Summary: fmt.Sprintf(format, args...), Before: before, After: after})
}

// prepare checks the parts of a new account and hashes its password; it is
// the slow half and runs outside the transaction.
func (s *Service) prepare(ctx context.Context, in NewAccount) (a Account, err error) {
	a = Account{Login: foldLogin(in.Login), State: Active, Version: 1}
	if !loginText.MatchString(a.Login) {
		return a, ErrLogin.At("body.login", ErrLogin.Text, nil)
	}
	if a.Name, err = checkText(in.Name, 30, ErrName.At("body.name", ErrName.Text, nil)); err != nil {
		return a, err
	}
	policy, err := s.Policy(ctx, s.db.Reader(ctx))
	if err != nil {
		return a, err
	}
	if err = checkPassword(policy.MinLength, a.Login, in.Password); err != nil {
		return a, err
	}
	a.hash, err = s.hashPassword(ctx, in.Password)
	return a, err
}

// CreateAccount makes an account with its first password and its roles. The
// first account ever closes the first-use page for good.
func (s *Service) CreateAccount(ctx context.Context, who actor.Actor, in NewAccount) (id.ID, error) {
	if err := who.Must(PermManage, 0); err != nil {
		return 0, err
	}
	grants, err := s.checkGrants(ctx, who, in.Grants)
	if err != nil {
		return 0, err
	}
	a, err := s.prepare(ctx, in)
	if err != nil {
		return 0, fmt.Errorf("create account: %w", err)
	}
	a.Grants, a.PasswordAt = grants, chosen(s.db.Clock().Now(), in.Given)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := closeSetup(ctx, tx); err != nil {
			return err
		}
		if err := lockAdmins(ctx, tx); err != nil {
			return err
		}
		if err := s.mayGive(ctx, tx, who, a.Grants); err != nil {
			return err
		}
		return s.add(ctx, tx, who, &a)
	})
	if err != nil {
		return 0, fmt.Errorf("create account: %w", err)
	}
	return a.ID, nil
}

func (s *Service) add(ctx context.Context, tx *db.Tx, who actor.Actor, a *Account) error {
	a.ID, a.CreatedAt = tx.NewID(), tx.Now()
	err := insertAccount(ctx, tx, *a)
	if db.IsUnique(err) {
		return ErrLoginTaken.At("body.login", ErrLoginTaken.Text, a.Login)
	}
	if err != nil {
		return err
	}
	if err := putGrants(ctx, tx, a.ID, a.Grants); err != nil {
		return err
	}
	s.note(tx, who, "account_created", *a, nil, a.seen(), "新建账号 %s（%s）", a.Login, a.Name)
	return nil
}

// Accounts lists the staff by login.
func (s *Service) Accounts(ctx context.Context, f AccountFilter) (page.List[Account], error) {
	var after string
	if _, err := page.Decode(f.Cursor, &after); err != nil {
		return page.List[Account]{}, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	q := s.db.Reader(ctx)
	rows, err := listAccounts(ctx, q, f, after)
	if err != nil {
		return page.List[Account]{}, fmt.Errorf("list accounts: %w", err)
	}
	l := page.Cut(rows, f.Limit, func(a Account) []any { return []any{a.Login} })
	if err := withGrants(ctx, q, l.Items); err != nil {
		return page.List[Account]{}, fmt.Errorf("list accounts: %w", err)
	}
	return l, nil
}

// Account reads one account; fault.ErrNotFound when there is none.
func (s *Service) Account(ctx context.Context, q db.Q, account id.ID) (Account, error) {
	a, err := findAccount(ctx, q, account)
	if err != nil {
		return Account{}, fmt.Errorf("find account: %w", err)
	}
	return a, nil
}

// change runs one edit of an account on its locked row. version 0 does not
// ask which version the caller has seen.
func (s *Service) change(ctx context.Context, who actor.Actor, account id.ID, version int64, edit func(tx *db.Tx, a *Account) error) (Account, error) {
	if err := who.Must(PermManage, 0); err != nil {
		return Account{}, err
	}
	var a Account
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err := lockAdmins(ctx, tx); err != nil {
			return err
		}
		if err := lockAccount(ctx, tx, account); err != nil {
			return err
		}
		if a, err = findAccount(ctx, tx, account); err != nil {
			return err
		}
		if version != 0 && version != a.Version {
			return fault.ErrStale
		}
		// Whoever could take over a stronger account had its rights.
		if p, err := s.within(ctx, tx, who, a.Grants); err != nil {
			return err
		} else if p != "" {
			return ErrOutranked
		}
		admins, err := countAdmins(ctx, tx)
		if err != nil {
			return err
		}
		if err := edit(tx, &a); err != nil {
			return err
		}
		a.Version++
		if err := saveAccount(ctx, tx, a); err != nil {
			return err
		}
		return mustKeepAdmin(ctx, tx, admins)
	})
	if err != nil {
		return Account{}, fmt.Errorf("change account: %w", err)
	}
	return a, nil
}

// Rename changes the name shown to others.
func (s *Service) Rename(ctx context.Context, who actor.Actor, account id.ID, version int64, name string) (Account, error) {
	name, err := checkText(name, 30, ErrName.At("body.name", ErrName.Text, nil))
	if err != nil {
		return Account{}, err
	}
	return s.change(ctx, who, account, version, func(tx *db.Tx, a *Account) error {
		before := a.seen()
		a.Name = name
		s.note(tx, who, "account_renamed", *a, before, a.seen(), "账号 %s 的姓名由 %s 改为 %s", a.Login, before.Name, name)
		return nil
	})
}

// ResetPassword sets a new password, ends every session of the account and
// lifts a lock. A given one is replaced by its person before anything else.
func (s *Service) ResetPassword(ctx context.Context, who actor.Actor, account id.ID, password string, given bool) error {
	if err := who.Must(PermManage, 0); err != nil {
		return err
	}
	a, err := s.Account(ctx, s.db.Reader(ctx), account)
	if err != nil {
		return err
	}
	policy, err := s.Policy(ctx, s.db.Reader(ctx))
	if err != nil {
		return err
	}
	if err := checkPassword(policy.MinLength, a.Login, password); err != nil {
		return err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	_, err = s.change(ctx, who, account, 0, func(tx *db.Tx, a *Account) error {
		a.hash, a.PasswordAt = hash, chosen(tx.Now(), given)
		s.note(tx, who, "password_reset", *a, nil, nil, "重置账号 %s（%s）的密码，该账号的登录全部失效", a.Login, a.Name)
		if err := clearAttempts(ctx, tx, attemptKey(a.Login)); err != nil {
			return err
		}
		return endSessions(ctx, tx, a)
	})
	return err
}

// Dismiss takes an account out of use; its sessions end with the transaction.
func (s *Service) Dismiss(ctx context.Context, who actor.Actor, account id.ID) (Account, error) {
	return s.change(ctx, who, account, 0, func(tx *db.Tx, a *Account) error {
		if a.State != Active {
			return ErrDismissed
		}
		before := a.seen()
		a.State = Dismissed
		s.note(tx, who, "account_dismissed", *a, before, a.seen(), "停用账号 %s（%s）", a.Login, a.Name)
		return endSessions(ctx, tx, a)
	})
}

// Reinstate brings a dismissed account back with the roles it had.
func (s *Service) Reinstate(ctx context.Context, who actor.Actor, account id.ID) (Account, error) {
	return s.change(ctx, who, account, 0, func(tx *db.Tx, a *Account) error {
		if a.State != Dismissed {
			return ErrActive
		}
		before := a.seen()
		a.State = Active
		s.note(tx, who, "account_reinstated", *a, before, a.seen(), "恢复账号 %s（%s）", a.Login, a.Name)
		return nil
	})
}
