package demo

import (
	"context"
	"fmt"
	"log/slog"

	"linli/internal/app"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/outside/alipay/sim"
	"linli/internal/payment"
)

// AlipayRehearsal is a simulated Alipay that a server speaks to as it would to
// the real one.
type AlipayRehearsal struct {
	Address string // of the gateway and of the payer's page
	Wait    func() error
	sim     *sim.Sim
}

// RehearseAlipay starts the simulator of Alipay at addr until ctx ends; its
// keys and books are in the file, or in memory without one.
func RehearseAlipay(ctx context.Context, file, addr string, log *slog.Logger) (*AlipayRehearsal, error) {
	s, err := sim.Open(sim.Options{Path: file, Clock: clock.System{}, Log: log})
	if err != nil {
		return nil, err
	}
	address, wait, err := serve(ctx, addr, s.Handler())
	if err != nil {
		return nil, err
	}
	go s.Run(ctx)
	return &AlipayRehearsal{Address: address, Wait: wait, sim: s}, nil
}

// Enrol opens an app for a seller, or finds it again, and answers its papers as
// text.
func (r *AlipayRehearsal) Enrol(number string) (string, error) {
	c, err := r.sim.Enrol(number)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("收款方 PID %s\nAPPID %s\n%s%s", c.Number, c.App, c.PlatformKey, c.PrivateKey), nil
}

// Merchants gives every project that has none its merchant with Alipay, by the
// product's own command.
func (r *AlipayRehearsal) Merchants(ctx context.Context, a *app.App) error {
	who := actor.System("演示")
	projects, err := a.Estate.Projects(ctx, who)
	if err != nil {
		return fmt.Errorf("merchants: %w", err)
	}
	for n, p := range projects {
		known, err := a.Payment.Merchant(ctx, a.DB.Reader(ctx), p.ID, "alipay")
		if err != nil {
			return fmt.Errorf("merchants: %w", err)
		}
		if known.Version > 0 {
			continue
		}
		c, err := r.sim.Enrol(fmt.Sprintf("20886000000000%02d", n+1))
		if err != nil {
			return fmt.Errorf("merchants: %w", err)
		}
		if _, err := a.Payment.SetMerchant(ctx, who, p.ID, payment.Merchant{Channel: "alipay", Number: c.Number, App: c.App, PlatformKey: c.PlatformKey,
			PrivateKey: c.PrivateKey, Active: true}); err != nil {
			return fmt.Errorf("merchants: %w", err)
		}
	}
	return nil
}
