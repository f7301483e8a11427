package identity

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Policy is how safe logins have to be. The limits follow 等保 2.0
// (GB/T 22239-2019, 7.1.4.1): a company may ask for more, not for less.
type Policy struct {
	MinLength int      // characters of a password, 10 to 64
	MaxDays   int      // age at which a password has to be changed, 0 never, else 30 to 365
	Idle      int      // minutes without use after which a session ends, 15 to 1440
	TOTPRoles []string // keys of roles whose holders need a second factor
	Sender    id.ID    // project by whose accounts codes are sent; 0: none, and the administrator resets passwords
}

// ErrPolicy refuses settings outside of the safe range.
var ErrPolicy = fault.New(fault.Invalid, "security_setting_invalid", "有设置超出安全范围，请按提示修改")

// Keys of identity_setting.
const (
	settingLength = "password_min"
	settingDays   = "password_days"
	settingIdle   = "idle_minutes"
	settingTOTP   = "totp_roles"
	settingSender = "code_project"
)

// defaultPolicy holds until somebody sets another one.
func defaultPolicy() Policy {
	return Policy{MinLength: minPassword, Idle: int(idleFor / time.Minute), TOTPRoles: []string{}}
}

// Policy reads the rules that hold now.
func (s *Service) Policy(ctx context.Context, q db.Q) (Policy, error) {
	stored, err := settings(ctx, q, settingLength, settingDays, settingIdle, settingTOTP, settingSender)
	if err != nil {
		return Policy{}, fmt.Errorf("read login rules: %w", err)
	}
	p := defaultPolicy()
	for key, into := range map[string]*int{settingLength: &p.MinLength, settingDays: &p.MaxDays, settingIdle: &p.Idle} {
		if text, ok := stored[key]; ok {
			if *into, err = strconv.Atoi(text); err != nil {
				return Policy{}, fmt.Errorf("read login rules: %w", err)
			}
		}
	}
	if text, ok := stored[settingSender]; ok {
		if p.Sender, err = id.Parse(text); err != nil {
			return Policy{}, fmt.Errorf("read login rules: %w", err)
		}
	}
	p.TOTPRoles = strings.Fields(stored[settingTOTP])
	return p, nil
}

func (p Policy) idle() time.Duration { return time.Duration(p.Idle) * time.Minute }

func (p Policy) check() error {
	switch {
	case p.MinLength < minPassword || p.MinLength > 64:
		return ErrPolicy.At("body.password_min", fmt.Sprintf("密码长度要求应为 %d 到 64 位", minPassword), p.MinLength)
	case p.MaxDays != 0 && (p.MaxDays < 30 || p.MaxDays > 365):
		return ErrPolicy.At("body.password_days", "更换周期应为 30 到 365 天，0 为不要求", p.MaxDays)
	case p.Idle < 15 || p.Idle > 1440:
		return ErrPolicy.At("body.idle_minutes", "不用多久退出应为 15 到 1440 分钟", p.Idle)
	}
	return nil
}

// SetPolicy changes the rules. They hold from the next request on: sessions
// that are idle for longer end, and so do those of people who now need a
// second factor and have none. The caller's own goes on to ask him for it.
func (s *Service) SetPolicy(ctx context.Context, who actor.Actor, p Policy) (Policy, error) {
	if err := who.Must(PermManage, 0); err != nil {
		return p, err
	}
	p.TOTPRoles = slices.Clone(p.TOTPRoles)
	slices.Sort(p.TOTPRoles)
	p.TOTPRoles = slices.Compact(p.TOTPRoles)
	if err := p.check(); err != nil {
		return p, err
	}
	if err := s.knownProject(ctx, who, p.Sender); err != nil {
		return p, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockAdmins(ctx, tx); err != nil {
			return err
		}
		asked := make([]Grant, len(p.TOTPRoles))
		for i, r := range p.TOTPRoles {
			asked[i].Role = r
		}
		book, err := s.book(ctx, tx, asked)
		if err != nil {
			return err
		}
		for _, r := range p.TOTPRoles {
			if _, ok := book[r]; !ok {
				return ErrRole.At("body.totp_roles", ErrRole.Text, r)
			}
		}
		before, err := s.Policy(ctx, tx)
		if err != nil {
			return err
		}
		for key, value := range map[string]string{settingLength: strconv.Itoa(p.MinLength), settingDays: strconv.Itoa(p.MaxDays),
			settingIdle: strconv.Itoa(p.Idle), settingTOTP: strings.Join(p.TOTPRoles, " "), settingSender: p.Sender.String()} {
			if err := putSetting(ctx, tx, key, value); err != nil {
				return err
			}
		}
		s.audit.Record(tx, audit.Entry{Who: who, Action: "identity.security_changed", Kind: "security", Summary: "修改登录安全设置", Before: before.seen(), After: p.seen()})
		return shortenSessions(ctx, tx, p, who.Account)
	})
	if err != nil {
		return p, fmt.Errorf("set login rules: %w", err)
	}
	return p, nil
}

// knownProject refuses a project that the person does not see; 0 is none.
func (s *Service) knownProject(ctx context.Context, who actor.Actor, project id.ID) error {
	if project == 0 || s.projects == nil {
		return nil
	}
	list, err := s.projects(ctx, who)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(r ProjectRef) bool { return r.ID == project }) {
		return ErrPolicy.At("body.code_project_id", "没有这个项目", project.String())
	}
	return nil
}

// What somebody has to do before he can do anything else.
const (
	dueNothing  = ""
	dueGiven    = "given"    // replace the password that somebody else has chosen
	duePassword = "password" // choose a new password
	dueTOTP     = "totp"     // bind a second factor
)

// due tells what stands between an account and its rights.
func (p Policy) due(a Account, now time.Time) string {
	since := a.PasswordAt
	if since.Equal(givenAt()) {
		return dueGiven
	}
	if since.IsZero() {
		since = a.CreatedAt
	}
	if p.MaxDays > 0 && now.Sub(since) >= time.Duration(p.MaxDays)*24*time.Hour {
		return duePassword
	}
	if !a.TOTP && slices.ContainsFunc(a.Grants, func(g Grant) bool { return slices.Contains(p.TOTPRoles, g.Role) }) {
		return dueTOTP
	}
	return dueNothing
}

// givenAt stands for the day of a password that somebody else has chosen: older
// than any that a person has set.
func givenAt() time.Time { return time.UnixMicro(1) }

// chosen is what is kept as the day of a password: now, or givenAt when its
// person shall replace it first.
func chosen(now time.Time, given bool) time.Time {
	if given {
		return givenAt()
	}
	return now
}

// changes tells whether what is due is a new password.
func changes(due string) bool { return due == duePassword || due == dueGiven }
