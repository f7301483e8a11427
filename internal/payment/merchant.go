package payment

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What is refused about merchants.
var (
	ErrMerchant   = fault.New(fault.Invalid, "merchant_invalid", "商户资料不完整，请按提示修改")
	ErrNoMerchant = fault.New(fault.Conflict, "merchant_missing", "本项目没有开通这种线上收款")
)

// Merchant is the account of a project with a channel. The keys are in clear
// only here; stored they are sealed, and no list shows them.
type Merchant struct {
	Channel        string
	Number         string // 商户号; of Alipay the PID of the seller
	App            string // 公众账号 appid; of Alipay the app_id
	Serial         string // of the merchant's own certificate
	PlatformSerial string // of the channel's public key: PUB_KEY_ID_…
	PlatformKey    string // PEM
	PrivateKey     string // PEM
	APIKey         string // APIv3 key, 32 characters
	Token          string // in the address of callbacks; embeds the project
	Active         bool
	Version        int // 0 while nobody has set it
}

func sealedAt(project id.ID, channel, field string) string {
	return fmt.Sprintf("payment_merchant/%s/%d/%s", field, int64(project), channel)
}

func (s *Service) channel(key string) (Channel, error) {
	c, ok := s.channels[key]
	if !ok {
		return nil, ErrNoMerchant.Because(fmt.Errorf("no channel %q", key))
	}
	return c, nil
}

// Channels are the channels that the product knows, by key.
func (s *Service) Channels() []Channel {
	out := []Channel{}
	for _, key := range []string{"wechat", "alipay"} {
		if c, ok := s.channels[key]; ok {
			out = append(out, c)
		}
	}
	return out
}

// Merchant reads the merchant of a project with its keys in clear; one that
// nobody has set has Version 0.
func (s *Service) Merchant(ctx context.Context, q db.Q, project id.ID, channel string) (Merchant, error) {
	m, err := oneMerchant(ctx, q, project, channel)
	if err != nil || m.Version == 0 {
		return m, err
	}
	if m.PrivateKey, err = s.ring.Open(m.PrivateKey, sealedAt(project, channel, "private_key")); err == nil {
		m.APIKey, err = s.ring.Open(m.APIKey, sealedAt(project, channel, "api_key"))
	}
	if err != nil {
		return Merchant{}, fmt.Errorf("open keys of merchant: %w", err)
	}
	return m, nil
}

// Online are the channels a project takes money through.
func (s *Service) Online(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out, err := activeMerchants(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("active merchants: %w", err)
	}
	return out, nil
}

// SetMerchant stores the merchant of a project; an empty key keeps the stored
// one. Version must be the one that was read. Errors: ErrMerchant, ErrNoMerchant
// for an unknown channel, fault.ErrStale.
func (s *Service) SetMerchant(ctx context.Context, who actor.Actor, project id.ID, m Merchant) (Merchant, error) {
	c, err := s.channel(m.Channel)
	if err != nil {
		return m, err
	}
	for _, f := range []*string{&m.Number, &m.App, &m.Serial, &m.PlatformSerial, &m.PlatformKey, &m.PrivateKey, &m.APIKey} {
		*f = strings.TrimSpace(*f)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := s.Merchant(ctx, tx, project, m.Channel)
		if err != nil {
			return err
		}
		if before.Version != m.Version {
			return fault.ErrStale
		}
		if m.PrivateKey == "" {
			m.PrivateKey = before.PrivateKey
		}
		if m.APIKey == "" {
			m.APIKey = before.APIKey
		}
		if err := c.Check(m); err != nil {
			return err
		}
		if m.Token = before.Token; m.Token == "" {
			m.Token = fmt.Sprintf("%s.%s", project, crypt.Token(24))
		}
		m.Version++
		return s.storeMerchant(ctx, tx, who, project, &before, m)
	})
	if err != nil {
		return m, fmt.Errorf("set merchant: %w", err)
	}
	return m, nil
}

func (s *Service) storeMerchant(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, before *Merchant, m Merchant) error {
	clear := m
	var err error
	if m.PrivateKey, err = s.ring.Seal(m.PrivateKey, sealedAt(project, m.Channel, "private_key")); err != nil {
		return err
	}
	if m.APIKey, err = s.ring.Seal(m.APIKey, sealedAt(project, m.Channel, "api_key")); err != nil {
		return err
	}
	if err := putMerchant(ctx, tx, project, &m); err != nil {
		return fmt.Errorf("write merchant: %w", err)
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "payment.merchant_set", Kind: "merchant", Subject: project,
		Summary: fmt.Sprintf("设置%s商户 %s", s.channels[m.Channel].Name(), m.Number), Before: before.facts(), After: clear.facts()})
	return nil
}

// facts is what the log keeps; keys only as whether they changed hands.
func (m *Merchant) facts() map[string]any {
	return map[string]any{"number": m.Number, "app": m.App, "serial": m.Serial, "platform_serial": m.PlatformSerial, "active": m.Active, "version": m.Version}
}

// byToken finds the merchant that a callback address belongs to.
func (s *Service) byToken(ctx context.Context, channel, token string) (id.ID, Merchant, error) {
	head, _, _ := strings.Cut(token, ".")
	project, err := id.Parse(head)
	if err != nil {
		return 0, Merchant{}, fault.ErrNotFound
	}
	m, err := s.Merchant(ctx, s.db.Reader(ctx), project, channel)
	if err != nil {
		return 0, Merchant{}, fmt.Errorf("find merchant: %w", err)
	}
	if m.Version == 0 || subtle.ConstantTimeCompare([]byte(m.Token), []byte(token)) != 1 {
		return 0, Merchant{}, fault.ErrNotFound
	}
	return project, m, nil
}

// usable is the merchant an order goes to.
func (s *Service) usable(ctx context.Context, q db.Q, project id.ID, channel string) (Channel, Merchant, error) {
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
