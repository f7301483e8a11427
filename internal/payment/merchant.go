package payment

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// What is refused about merchants.
var (
	ErrMerchant        = fault.New(fault.Invalid, "merchant_invalid", "商户资料不完整，请按提示修改")
	ErrNoMerchant      = fault.New(fault.Conflict, "merchant_missing", "本项目没有开通这种线上收款")
	ErrMerchantTwice   = fault.New(fault.Conflict, "merchant_twice", "本项目已有这个商户号")
	ErrMerchantDefault = fault.New(fault.Conflict, "merchant_default", "默认商户收没有指定商户的费用，不用再指定")
	ErrMerchantStopped = fault.New(fault.Conflict, "merchant_stopped", "这个商户没有启用，请先启用")
)

// MerchantMode is how the channel proves who it is.
type MerchantMode string

// The modes of WeChat Pay APIv3; every other channel has the first.
const (
	ModePublicKey   MerchantMode = "public_key"  // 微信支付公钥
	ModeCertificate MerchantMode = "certificate" // 平台证书, downloaded with the APIv3 key
)

// maxRate is a fee of ten per cent, in 10⁻⁶.
const maxRate = 100_000

// Merchant is an account of a project with a channel. The keys are in clear
// only here; stored they are sealed, and no list shows them.
type Merchant struct {
	ID             id.ID
	Channel        string
	Name           string // 物业费商户, 停车费商户
	Default        bool   // takes what is bound to no other merchant of the channel, and prepaid money
	Mode           MerchantMode
	Number         string // 商户号; of Alipay the PID of the seller; in partner mode the partner's (sp_mchid)
	SubNumber      string // sub_mchid; partner mode when it is not empty
	App            string // 公众账号 appid; of Alipay the app_id
	SubApp         string // sub_appid
	Serial         string // of the merchant's own certificate
	PlatformSerial string // of the channel's public key: PUB_KEY_ID_…; empty in the mode of certificates
	PlatformKey    string // PEM; empty in the mode of certificates
	PrivateKey     string // PEM
	APIKey         string // APIv3 key, 32 characters
	AppSecret      string // of the 公众账号, for signing payers in (JSAPI); may be empty
	Token          string // in the address of callbacks; embeds the project
	Rate           int64  // agreed fee of the channel in 10⁻⁶ (0.60 % is 6000); 0 is not compared
	Products       Products
	Active         bool
	Version        int // 0 while nobody has set it
}

// Account is by what orders, trades and bills name the merchant: the number of
// who gets the money.
func (m *Merchant) Account() string {
	if m.SubNumber != "" {
		return m.SubNumber
	}
	return m.Number
}

// lastUnnumbered is the highest number of merchants that were sealed when a
// project had one of each channel (migration 00016).
const lastUnnumbered = 2

func sealedAt(project id.ID, m *Merchant, field string) string {
	if m.ID <= lastUnnumbered {
		return fmt.Sprintf("payment_merchant/%s/%d/%s", field, int64(project), m.Channel)
	}
	return fmt.Sprintf("payment_merchant/%s/%d/%s/%d", field, int64(project), m.Channel, int64(m.ID))
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

// Merchant reads the default merchant of a channel with its keys in clear; one
// that nobody has set has Version 0.
func (s *Service) Merchant(ctx context.Context, q db.Q, project id.ID, channel string) (Merchant, error) {
	m, err := defaultMerchant(ctx, q, project, channel)
	if err == nil && m.Version > 0 {
		err = s.unseal(project, &m)
	}
	return m, err
}

// MerchantByID reads one merchant with its keys in clear. Error:
// fault.ErrNotFound.
func (s *Service) MerchantByID(ctx context.Context, q db.Q, project, merchant id.ID) (Merchant, error) {
	m, err := oneMerchant(ctx, q, project, merchant)
	if err == nil {
		err = s.unseal(project, &m)
	}
	return m, err
}

// sealed are the fields that are stored encrypted, by name.
func (m *Merchant) sealed() map[string]*string {
	return map[string]*string{"private_key": &m.PrivateKey, "api_key": &m.APIKey, "app_secret": &m.AppSecret}
}

func (s *Service) unseal(project id.ID, m *Merchant) error {
	for field, key := range m.sealed() {
		if *key == "" {
			continue
		}
		clear, err := s.ring.Open(*key, sealedAt(project, m, field))
		if err != nil {
			return fmt.Errorf("open keys of merchant: %w", err)
		}
		*key = clear
	}
	return nil
}

// Online are the channels a project takes money through.
func (s *Service) Online(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	out, err := activeMerchants(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("active merchants: %w", err)
	}
	return out, nil
}

// SetMerchant stores a merchant of a project, without ID the default one of its
// channel; an empty key keeps the stored one, and so do no Products, which are all
// of the channel at first. Version must be the one that was read. Errors: ErrMerchant, ErrNoMerchant for an unknown channel,
// ErrMerchantTwice, fault.ErrNotFound, fault.ErrStale.
func (s *Service) SetMerchant(ctx context.Context, who actor.Actor, project id.ID, m Merchant) (Merchant, error) {
	err := s.keepMerchant(ctx, project, &m, func(tx *db.Tx) error {
		before, err := s.Merchant(ctx, tx, project, m.Channel)
		if m.ID != 0 {
			before, err = s.MerchantByID(ctx, tx, project, m.ID)
		}
		if err != nil {
			return err
		}
		switch {
		case before.Channel != m.Channel:
			return fault.ErrNotFound
		case before.Version != m.Version:
			return fault.ErrStale
		}
		if m.ID, m.Default = before.ID, before.Default; before.Version == 0 {
			m.ID, m.Default = tx.NewID(), true
		}
		return s.storeMerchant(ctx, tx, who, project, &before, &m)
	})
	if err != nil {
		return m, fmt.Errorf("set merchant: %w", err)
	}
	return m, nil
}

// AddMerchant stores one more merchant of a channel; the first one is the
// default. Errors: those of SetMerchant.
func (s *Service) AddMerchant(ctx context.Context, who actor.Actor, project id.ID, m Merchant) (Merchant, error) {
	err := s.keepMerchant(ctx, project, &m, func(tx *db.Tx) error {
		first, err := defaultMerchant(ctx, tx, project, m.Channel)
		if err != nil {
			return err
		}
		m.ID, m.Version, m.Default = tx.NewID(), 0, first.Version == 0
		return s.storeMerchant(ctx, tx, who, project, &Merchant{Channel: m.Channel}, &m)
	})
	if err != nil {
		return m, fmt.Errorf("add merchant: %w", err)
	}
	return m, nil
}

// keepMerchant does what is the same for all ways of storing one.
func (s *Service) keepMerchant(ctx context.Context, project id.ID, m *Merchant, do func(tx *db.Tx) error) error {
	c, err := s.channel(m.Channel)
	if err != nil {
		return err
	}
	for _, f := range []*string{&m.Name, &m.Number, &m.SubNumber, &m.App, &m.SubApp, &m.Serial, &m.PlatformSerial, &m.PlatformKey, &m.PrivateKey, &m.APIKey, &m.AppSecret} {
		*f = strings.TrimSpace(*f)
	}
	if m.Name == "" {
		m.Name = c.Name() + "商户"
	}
	if m.Mode == "" {
		m.Mode = ModePublicKey
	}
	switch {
	case utf8.RuneCountInString(m.Name) > 20:
		return ErrMerchant.At("body.name", "最多 20 个字", nil)
	case m.Mode != ModePublicKey && m.Mode != ModeCertificate:
		return ErrMerchant.At("body.mode", "没有这种验签方式", string(m.Mode))
	case m.Products != 0 && m.Products&Offered(c) == 0:
		return ErrMerchant.At("body.products", "至少勾选一种已开通的产品", nil)
	case m.Rate < 0 || m.Rate > maxRate:
		return ErrMerchant.At("body.rate", "费率在 0 到 10% 之间", m.Rate)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockMerchants(ctx, tx, project, m.Channel); err != nil {
			return err
		}
		return do(tx)
	})
}

func (s *Service) storeMerchant(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, before, m *Merchant) error {
	kept := before.sealed()
	for field, key := range m.sealed() {
		if *key == "" {
			*key = *kept[field]
		}
	}
	if m.Products == 0 {
		m.Products = before.Products
	}
	if m.Products &= Offered(s.channels[m.Channel]); m.Products == 0 {
		m.Products = Offered(s.channels[m.Channel])
	}
	if err := s.channels[m.Channel].Check(*m); err != nil {
		return err
	}
	list, err := allMerchants(ctx, tx, project)
	if err != nil {
		return fmt.Errorf("read merchants: %w", err)
	}
	for _, other := range list {
		if other.ID != m.ID && other.Channel == m.Channel && other.Account() == m.Account() {
			return ErrMerchantTwice.Say("“%s”已经是这个商户号", other.Name).At("body.number", "已有这个商户号", m.Number)
		}
	}
	if m.Token = before.Token; m.Token == "" {
		m.Token = fmt.Sprintf("%s.%s", project, crypt.Token(24))
	}
	m.Version++
	put := *m
	for field, key := range put.sealed() {
		if *key == "" {
			continue
		}
		if *key, err = s.ring.Seal(*key, sealedAt(project, m, field)); err != nil {
			return fmt.Errorf("seal keys of merchant: %w", err)
		}
	}
	if err := putMerchant(ctx, tx, project, &put); err != nil {
		return fmt.Errorf("write merchant: %w", err)
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "payment.merchant_set", Kind: "merchant", Subject: m.ID,
		Summary: fmt.Sprintf("设置%s“%s” %s", s.channels[m.Channel].Name(), m.Name, m.Account()), Before: before.facts(), After: m.facts()})
	return nil
}

// facts is what the log keeps; keys only as whether they changed hands.
func (m *Merchant) facts() map[string]any {
	return map[string]any{"name": m.Name, "mode": m.Mode, "number": m.Number, "sub_number": m.SubNumber, "app": m.App, "sub_app": m.SubApp, "serial": m.Serial,
		"platform_serial": m.PlatformSerial, "rate": m.Rate, "products": m.Products.Words(), "default": m.Default, "active": m.Active, "version": m.Version}
}

// byToken finds the merchant that a callback address belongs to.
func (s *Service) byToken(ctx context.Context, channel, token string) (id.ID, Merchant, error) {
	head, _, _ := strings.Cut(token, ".")
	project, err := id.Parse(head)
	if err != nil {
		return 0, Merchant{}, fault.ErrNotFound
	}
	list, err := allMerchants(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return 0, Merchant{}, fmt.Errorf("find merchant: %w", err)
	}
	for _, m := range list {
		if m.Channel == channel && subtle.ConstantTimeCompare([]byte(m.Token), []byte(token)) == 1 {
			err := s.unseal(project, &m)
			return project, m, err
		}
	}
	return 0, Merchant{}, fault.ErrNotFound
}
