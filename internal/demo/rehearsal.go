package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"linli/internal/app"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

// Rehearsal is a simulated WeChat Pay that a server speaks to as it would to
// the real one.
type Rehearsal struct {
	Address string // of the simulator and of the payer's page
	sim     *sim.Sim
	ended   chan error
}

// Rehearse starts the simulator of WeChat Pay at addr until ctx ends; its keys
// and books are in the file, or in memory without one.
func Rehearse(ctx context.Context, file, addr string, log *slog.Logger) (*Rehearsal, error) {
	s, err := sim.Open(sim.Options{Path: file, Clock: clock.System{}, Log: log})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for the simulator: %w", err)
	}
	srv := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 8 << 10}
	r := &Rehearsal{Address: "http://" + l.Addr().String(), sim: s, ended: make(chan error, 1)}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("simulator", "error", err)
		}
	}()
	go func() {
		s.Run(ctx)
		r.ended <- srv.Close()
	}()
	return r, nil
}

// Wait answers when the simulator has stopped.
func (r *Rehearsal) Wait() error { return <-r.ended }

// Enrol makes a merchant, or finds him again, and answers his papers as text.
func (r *Rehearsal) Enrol(number string) (string, error) {
	c, err := r.sim.Enrol(number)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("商户号 %s\nAppID %s\n证书序列号 %s\nAPIv3 密钥 %s\n公钥 ID %s\n%s%s", c.Number, c.App, c.Serial, c.APIKey, c.PlatformSerial, c.PlatformKey, c.PrivateKey), nil
}

// Merchants gives every project that has none its merchant with WeChat Pay, by
// the product's own command.
func (r *Rehearsal) Merchants(ctx context.Context, a *app.App) error {
	who := actor.System("演示")
	projects, err := a.Estate.Projects(ctx, who)
	if err != nil {
		return fmt.Errorf("merchants: %w", err)
	}
	for n, p := range projects {
		known, err := a.Payment.Merchant(ctx, a.DB.Reader(ctx), p.ID, "wechat")
		if err != nil {
			return fmt.Errorf("merchants: %w", err)
		}
		if known.Version > 0 {
			continue
		}
		c, err := r.sim.Enrol(fmt.Sprintf("16000000%02d", n+1))
		if err != nil {
			return fmt.Errorf("merchants: %w", err)
		}
		if _, err := a.Payment.SetMerchant(ctx, who, p.ID, payment.Merchant{Channel: "wechat", Number: c.Number, App: c.App, Serial: c.Serial,
			PlatformSerial: c.PlatformSerial, PlatformKey: c.PlatformKey, PrivateKey: c.PrivateKey, APIKey: c.APIKey, Active: true}); err != nil {
			return fmt.Errorf("merchants: %w", err)
		}
	}
	return nil
}
