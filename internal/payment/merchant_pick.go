package payment

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Usable is the default merchant of a channel.
func (s *Service) Usable(ctx context.Context, q db.Q, project id.ID, channel string) (Channel, Merchant, error) {
	c, err := s.channel(channel)
	if err != nil {
		return nil, Merchant{}, err
	}
	m, err := s.Merchant(ctx, q, project, channel)
	if err == nil && m.Version == 0 {
		err = ErrNoMerchant
	}
	return c, m, err
}

// UsableFor is the merchant with an account, as orders and refunds name it. When
// its number was changed since, the default one is answered: the caller compares.
func (s *Service) UsableFor(ctx context.Context, q db.Q, project id.ID, channel, account string) (Channel, Merchant, error) {
	c, m, err := s.Usable(ctx, q, project, channel)
	if err != nil || m.Account() == account {
		return c, m, err
	}
	list, err := allMerchants(ctx, q, project)
	if err != nil {
		return nil, Merchant{}, fmt.Errorf("find merchant: %w", err)
	}
	for _, other := range list {
		if other.Channel == channel && other.Account() == account {
			err := s.unseal(project, &other)
			return c, other, err
		}
	}
	return c, m, nil
}

// Payee is a merchant as counters and payers name it.
type Payee struct {
	ID       id.ID
	Name     string
	Account  string // 商户号
	Default  bool
	Products Products // what he has opened of the channel
}

// Routing tells which merchant of a channel takes the money of which fee item.
type Routing struct {
	payees []Payee // the default first
	of     map[id.ID]int
}

// Routing reads it; a merchant that is not active takes nothing, its items go
// to the default. Errors: ErrNoMerchant.
func (s *Service) Routing(ctx context.Context, q db.Q, project id.ID, channel string) (Routing, error) {
	r := Routing{of: map[id.ID]int{}}
	list, err := allMerchants(ctx, q, project)
	if err != nil {
		return r, fmt.Errorf("read merchants: %w", err)
	}
	for _, m := range list {
		if m.Channel == channel && m.Active {
			r.payees = append(r.payees, Payee{m.ID, m.Name, m.Account(), m.Default, m.Products & Offered(s.channels[channel])})
		}
	}
	if len(r.payees) == 0 || !r.payees[0].Default {
		return r, ErrNoMerchant
	}
	if len(r.payees) == 1 {
		return r, nil
	}
	bound, err := bindings(ctx, q, project, channel)
	if err != nil {
		return r, fmt.Errorf("read items of merchants: %w", err)
	}
	for _, b := range bound {
		if at := slices.IndexFunc(r.payees, func(p Payee) bool { return p.ID == b.merchant }); at > 0 {
			r.of[b.item] = at
		}
	}
	return r, nil
}

// Of is who takes the money of a fee item.
func (r *Routing) Of(item id.ID) Payee { return r.payees[r.of[item]] }

// Default is who takes prepaid money and every item that is bound to nobody.
func (r *Routing) Default() Payee { return r.payees[0] }

// Payees are all who may take money, the default first.
func (r *Routing) Payees() []Payee { return r.payees }

// Split tells whether money may have to be asked for in several orders.
func (r *Routing) Split() bool { return len(r.of) > 0 }

// MerchantItems are the fee items that are bound to each merchant.
func (s *Service) MerchantItems(ctx context.Context, q db.Q, project id.ID, channel string) (map[id.ID][]id.ID, error) {
	list, err := bindings(ctx, q, project, channel)
	if err != nil {
		return nil, fmt.Errorf("read items of merchants: %w", err)
	}
	out := map[id.ID][]id.ID{}
	for _, b := range list {
		out[b.merchant] = append(out[b.merchant], b.item)
	}
	return out, nil
}

// BindItems has a merchant take the money of exactly these fee items; an item
// that was bound to another merchant of the channel is taken over. Errors:
// fault.ErrNotFound, ErrMerchantDefault.
func (s *Service) BindItems(ctx context.Context, who actor.Actor, project, merchant id.ID, items []id.ID) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := oneMerchant(ctx, tx, project, merchant)
		if err != nil {
			return err
		}
		if err := lockMerchants(ctx, tx, project, m.Channel); err != nil {
			return err
		}
		if m, err = oneMerchant(ctx, tx, project, merchant); err != nil {
			return err
		}
		if m.Default {
			return ErrMerchantDefault
		}
		if err := bindItems(ctx, tx, project, &m, items); err != nil {
			return fmt.Errorf("write items of merchant: %w", err)
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "payment.merchant_bound", Kind: "merchant", Subject: m.ID,
			Summary: fmt.Sprintf("“%s”收 %d 个费用项目的钱", m.Name, len(items)), After: map[string]any{"items": items}})
		return nil
	})
	if err != nil {
		return fmt.Errorf("bind items: %w", err)
	}
	return nil
}

// MakeDefault has a merchant take what is bound to no other of its channel.
// Errors: fault.ErrNotFound, ErrMerchantStopped.
func (s *Service) MakeDefault(ctx context.Context, who actor.Actor, project, merchant id.ID) (Merchant, error) {
	var m Merchant
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		first, err := oneMerchant(ctx, tx, project, merchant)
		if err != nil {
			return err
		}
		if err := lockMerchants(ctx, tx, project, first.Channel); err != nil {
			return err
		}
		if m, err = s.MerchantByID(ctx, tx, project, merchant); err != nil || m.Default {
			return err
		}
		if !m.Active {
			return ErrMerchantStopped
		}
		m.Default, m.Version = true, m.Version+1
		if err := bindItems(ctx, tx, project, &m, nil); err != nil {
			return fmt.Errorf("write items of merchant: %w", err)
		}
		if err := setDefault(ctx, tx, project, &m); err != nil {
			return fmt.Errorf("write default merchant: %w", err)
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "payment.merchant_default", Kind: "merchant", Subject: m.ID,
			Summary: fmt.Sprintf("“%s”改为%s的默认商户", m.Name, s.channels[m.Channel].Name()), After: m.facts()})
		return nil
	})
	if err != nil {
		return Merchant{}, fmt.Errorf("make merchant the default: %w", err)
	}
	return m, nil
}
