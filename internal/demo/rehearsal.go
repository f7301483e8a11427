package demo

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"linli/internal/app"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	alipaysim "linli/internal/outside/alipay/sim"
	wechatsim "linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

// Rehearsal is a simulated channel of payment that a server speaks to as it
// would to the real one.
type Rehearsal struct {
	Address string // of the channel and of the payer's page
	Wait    func() error
	numbers string // of the demo's merchants, by project
	// enrol makes a merchant, or finds him again.
	enrol func(number string) (m payment.Merchant, papers string, err error)
	// pay is what the payer's telephone does; deliver sends the notices that are due.
	pay     func(code string) error
	deliver func(ctx context.Context)
	run     func(ctx context.Context)
}

// RehearseWechat starts the simulator of WeChat Pay at addr until ctx ends; its
// keys and books are in the file, or in memory without one.
func RehearseWechat(ctx context.Context, file, addr string, log *slog.Logger) (*Rehearsal, error) {
	r, err := wechatAt(ctx, file, addr, clock.System{}, log)
	if err == nil {
		go r.run(ctx)
	}
	return r, err
}

func wechatAt(ctx context.Context, file, addr string, now clock.Clock, log *slog.Logger) (*Rehearsal, error) {
	s, err := wechatsim.Open(wechatsim.Options{Path: file, Clock: now, Log: log})
	if err != nil {
		return nil, err
	}
	r := &Rehearsal{numbers: "16000000%02d", pay: s.Pay, deliver: s.Deliver, run: s.Run, enrol: func(number string) (payment.Merchant, string, error) {
		number, below, partner := strings.Cut(number, "/")
		c, err := s.Enrol(number)
		if err == nil && partner {
			return belowPartner(s, c.Number, below)
		}
		return payment.Merchant{Channel: "wechat", Number: c.Number, App: c.App, Serial: c.Serial, PlatformSerial: c.PlatformSerial, PlatformKey: c.PlatformKey,
				PrivateKey: c.PrivateKey, APIKey: c.APIKey, AppSecret: c.Secret, Active: true},
			fmt.Sprintf("商户号 %s\nAppID %s\nAppSecret %s\n证书序列号 %s\nAPIv3 密钥 %s\n公钥 ID %s\n%s%s", c.Number, c.App, c.Secret, c.Serial, c.APIKey, c.PlatformSerial, c.PlatformKey, c.PrivateKey), err
	}}
	r.Address, r.Wait, err = serve(ctx, addr, s.Handler())
	return r, err
}

// belowPartner makes a merchant below a partner who is enrolled; only his own
// papers are answered.
func belowPartner(s *wechatsim.Sim, partner, number string) (payment.Merchant, string, error) {
	app, secret, err := s.Join(partner, number)
	return payment.Merchant{Channel: "wechat", Number: partner, SubNumber: number, SubApp: app, AppSecret: secret},
		fmt.Sprintf("特约商户号 %s（服务商 %s）\n特约商户 AppID %s\n特约商户 AppSecret %s", number, partner, app, secret), err
}

// RehearseAlipay does the same for Alipay.
func RehearseAlipay(ctx context.Context, file, addr string, log *slog.Logger) (*Rehearsal, error) {
	r, err := alipayAt(ctx, file, addr, clock.System{}, log)
	if err == nil {
		go r.run(ctx)
	}
	return r, err
}

func alipayAt(ctx context.Context, file, addr string, now clock.Clock, log *slog.Logger) (*Rehearsal, error) {
	s, err := alipaysim.Open(alipaysim.Options{Path: file, Clock: now, Log: log})
	if err != nil {
		return nil, err
	}
	r := &Rehearsal{numbers: "20886000000000%02d", pay: s.Pay, deliver: s.Deliver, run: s.Run, enrol: func(number string) (payment.Merchant, string, error) {
		c, err := s.Enrol(number)
		return payment.Merchant{Channel: "alipay", Number: c.Number, App: c.App, PlatformKey: c.PlatformKey, PrivateKey: c.PrivateKey, Active: true},
			fmt.Sprintf("收款方 PID %s\nAPPID %s\n%s%s", c.Number, c.App, c.PlatformKey, c.PrivateKey), err
	}}
	r.Address, r.Wait, err = serve(ctx, addr, s.Handler())
	return r, err
}

// Enrol makes a merchant, or finds him again, and answers his papers as text.
func (r *Rehearsal) Enrol(number string) (string, error) {
	_, papers, err := r.enrol(number)
	return papers, err
}

// Merchants gives every project that has none its merchant with the channel, by
// the product's own command.
func (r *Rehearsal) Merchants(ctx context.Context, a *app.App) error {
	who := actor.System("演示")
	projects, err := a.Estate.Projects(ctx, who)
	if err != nil {
		return fmt.Errorf("merchants: %w", err)
	}
	for n, p := range projects {
		m, _, err := r.enrol(fmt.Sprintf(r.numbers, n+1))
		if err != nil {
			return fmt.Errorf("merchants: %w", err)
		}
		known, err := a.Payment.Merchant(ctx, a.DB.Reader(ctx), p.ID, m.Channel)
		if err == nil && known.Version == 0 {
			_, err = a.Payment.SetMerchant(ctx, who, p.ID, m)
		}
		if err != nil {
			return fmt.Errorf("merchants: %w", err)
		}
	}
	return nil
}
