package invoice

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Seller is who gives the invoices of a project, and through whom. The secret
// is in clear only here; stored it is sealed, and no answer shows it.
type Seller struct {
	Party
	Small   bool   // 小规模纳税人
	Drawer  string // 开票人; empty means whoever issues
	Account Account
	Active  bool
	Version int // 0 while nobody has set it
}

// maxText bounds what stands on one line of an invoice, in characters.
const maxText = 100

func sealedAt(project id.ID) string { return fmt.Sprintf("invoice_seller/secret/%d", int64(project)) }

// Seller reads the seller of a project with the secret in clear.
func (s *Service) Seller(ctx context.Context, q db.Q, project id.ID) (Seller, error) {
	out, err := oneSeller(ctx, q, project)
	if err != nil || out.Account.Secret == "" {
		return out, err
	}
	if out.Account.Secret, err = s.ring.Open(out.Account.Secret, sealedAt(project)); err != nil {
		return Seller{}, fmt.Errorf("open secret of seller: %w", err)
	}
	return out, nil
}

// On reports whether a project can give invoices.
func (s *Service) On(ctx context.Context, q db.Q, project id.ID) (bool, error) {
	seller, err := oneSeller(ctx, q, project)
	return err == nil && seller.Active, err
}

func (p *Party) trim() {
	for _, f := range []*string{&p.Name, &p.TaxNo, &p.Address, &p.Phone, &p.Bank, &p.Account} {
		*f = strings.TrimSpace(*f)
	}
}

// long names the first field that is too long for an invoice.
func (p *Party) long() string {
	for _, f := range []struct {
		name, text string
	}{{"name", p.Name}, {"address", p.Address}, {"phone", p.Phone}, {"bank", p.Bank}, {"account", p.Account}} {
		if utf8.RuneCountInString(f.text) > maxText {
			return f.name
		}
	}
	return ""
}

func (in *Seller) check() error {
	in.trim()
	in.Drawer, in.Account.Host = strings.TrimSpace(in.Drawer), strings.TrimRight(strings.TrimSpace(in.Account.Host), "/")
	in.Account.Key, in.Account.Secret = strings.TrimSpace(in.Account.Key), strings.TrimSpace(in.Account.Secret)
	number, right := taxNumber(in.TaxNo)
	in.TaxNo = number
	switch long := in.long(); {
	case in.Name == "":
		return ErrSeller.At("body.name", "请填写销方名称", nil)
	case !right:
		return ErrSeller.Say("纳税人识别号不对，请核对 18 位号码").At("body.tax_no", "18 位，末位是校验码", number)
	case long != "":
		return ErrSeller.At("body."+long, "最多 100 个字", nil)
	case utf8.RuneCountInString(in.Drawer) > 20:
		return ErrSeller.At("body.drawer", "最多 20 个字", in.Drawer)
	}
	return nil
}

// SetSeller stores the seller of a project; an empty secret keeps the stored
// one while the host stays. Version must be the one that was read.
// Errors: ErrSeller, fault.ErrStale.
func (s *Service) SetSeller(ctx context.Context, who actor.Actor, project id.ID, in Seller) (Seller, error) {
	if err := in.check(); err != nil {
		return in, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := s.Seller(ctx, tx, project)
		if err != nil {
			return err
		}
		if before.Version != in.Version {
			return fault.ErrStale
		}
		// A secret belongs to its host: elsewhere it would be given away.
		if in.Account.Secret == "" && in.Account.Host == before.Account.Host {
			in.Account.Secret = before.Account.Secret
		}
		if in.Active || in.Account != (Account{}) {
			if err := s.provider.Check(in.Account); err != nil {
				return err
			}
		}
		in.Version++
		sealed := in
		if in.Account.Secret != "" {
			if sealed.Account.Secret, err = s.ring.Seal(in.Account.Secret, sealedAt(project)); err != nil {
				return err
			}
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "invoice.seller_set", Kind: "invoice_seller", Subject: project,
			Summary: "设置开票资料 " + in.Name, Before: before.facts(), After: in.facts()})
		return putSeller(ctx, tx, project, &sealed)
	})
	if err != nil {
		return in, fmt.Errorf("set seller: %w", err)
	}
	return in, nil
}

// facts is what the log keeps: never the secret.
func (in *Seller) facts() map[string]any {
	return map[string]any{"name": in.Name, "tax_no": in.TaxNo, "address": in.Address, "phone": in.Phone, "bank": in.Bank, "account": in.Party.Account,
		"small": in.Small, "drawer": in.Drawer, "host": in.Account.Host, "key": in.Account.Key, "active": in.Active, "version": in.Version}
}
