package identity

import (
	"context"
	"fmt"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Keys of identity_setting.
const (
	settingSetup   = "setup"   // its row closes the first-use page
	settingCompany = "company" // name of the company, printed on receipts
)

// NewCompany is what the first-use page asks.
type NewCompany struct {
	Company  string
	Name     string // of the administrator
	Login    string
	Password string
}

// SetupOpen reports whether the installation has never had an account.
func (s *Service) SetupOpen(ctx context.Context) (bool, error) {
	v, err := setting(ctx, s.db.Reader(ctx), settingSetup)
	if err != nil {
		return false, fmt.Errorf("read setup: %w", err)
	}
	return v == "", nil
}

// Setup names the company and makes its first administrator, once: of many
// that try at the same time one succeeds, and ErrSetupClosed is answered for
// ever after.
func (s *Service) Setup(ctx context.Context, who actor.Actor, in NewCompany) (id.ID, error) {
	open, err := s.SetupOpen(ctx)
	if err != nil {
		return 0, err
	}
	if !open {
		return 0, ErrSetupClosed
	}
	if !s.logins.take(s.db.Clock().Now()) {
		return 0, ErrBusy
	}
	if _, ok := s.roles[RoleAdmin]; !ok {
		return 0, fmt.Errorf("set up: no role %q was given to this room", RoleAdmin)
	}
	company, err := checkText(in.Company, 60, ErrCompany.At("body.company", ErrCompany.Text, nil))
	if err != nil {
		return 0, err
	}
	a, err := s.prepare(ctx, NewAccount{Login: in.Login, Name: in.Name, Password: in.Password})
	if err != nil {
		return 0, fmt.Errorf("set up: %w", err)
	}
	a.Grants, a.PasswordAt = []Grant{{Role: RoleAdmin}}, s.db.Clock().Now()
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		first, err := closeSetup(ctx, tx)
		if err != nil {
			return err
		}
		if !first {
			return ErrSetupClosed
		}
		who := actor.Actor{Name: a.Name, Address: who.Address}
		if err := s.putCompany(ctx, tx, who, company); err != nil {
			return err
		}
		return s.add(ctx, tx, who, &a)
	})
	if err != nil {
		return 0, fmt.Errorf("set up: %w", err)
	}
	return a.ID, nil
}

// Company is the name of the property company; empty before it is set.
func (s *Service) Company(ctx context.Context, q db.Q) (string, error) {
	v, err := setting(ctx, q, settingCompany)
	if err != nil {
		return "", fmt.Errorf("read company: %w", err)
	}
	return v, nil
}

// SetCompany changes the name of the property company.
func (s *Service) SetCompany(ctx context.Context, who actor.Actor, name string) error {
	if err := who.Must(PermManage, 0); err != nil {
		return err
	}
	name, err := checkText(name, 60, ErrCompany.At("body.company", ErrCompany.Text, nil))
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.putCompany(ctx, tx, who, name) })
}

func (s *Service) putCompany(ctx context.Context, tx *db.Tx, who actor.Actor, name string) error {
	before, err := setting(ctx, tx, settingCompany)
	if err != nil {
		return fmt.Errorf("set company: %w", err)
	}
	if err := putSetting(ctx, tx, settingCompany, name); err != nil {
		return fmt.Errorf("set company: %w", err)
	}
	s.audit.Record(tx, audit.Entry{Who: who, Action: "identity.company_changed", Kind: "company",
		Summary: "公司名称设为 " + name, Before: map[string]string{"company": before}, After: map[string]string{"company": name}})
	return nil
}
