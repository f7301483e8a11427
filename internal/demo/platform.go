package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"linli/internal/app"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/kit/supply"
	"linli/internal/meter"
	mqttsim "linli/internal/outside/mqtt/sim"
)

// The account of the simulated collector platform; it opens nothing but the
// simulator.
const (
	PlatformUser     = "rehearsal"
	PlatformPassword = "rehearsal-meter-password"
)

// Collecting is a collector platform that runs: Broker is where meters are
// listened to, Page its own page.
type Collecting struct {
	Broker, Page string
	Wait         func() error
	sim          *mqttsim.Sim
}

// RehearseMeters starts a collector platform until ctx ends; its meters report
// once in every, and on command.
func RehearseMeters(ctx context.Context, addr, page string, every time.Duration, log *slog.Logger) (*Collecting, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen as broker: %w", err)
	}
	s, err := mqttsim.New(mqttsim.Options{User: PlatformUser, Password: PlatformPassword, Every: every, Clock: clock.System{}, Log: log})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	out := &Collecting{Broker: "tcp://" + l.Addr().String(), sim: s}
	if out.Page, out.Wait, err = serve(ctx, page, s.Handler()); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	go func() {
		if err := s.Serve(ctx, l); err != nil {
			log.Error("simulator", "error", err)
		}
	}()
	return out, nil
}

// Enrol adds a meter, 表号=读数.
func (c *Collecting) Enrol(text string) error {
	number, value, _ := strings.Cut(text, "=")
	shows, err := money.ParseQty(value)
	if err != nil || number == "" {
		return fmt.Errorf("%q 要写成 表号=读数", text)
	}
	c.sim.Enrol(number, shows)
	return nil
}

// Join lets the water meters of the apartment house report to the platform, each
// a little more than was read last, and gives that project the access to it,
// unless it has another one.
func (c *Collecting) Join(ctx context.Context, a *app.App) error {
	who := actor.System("演示")
	projects, err := a.Estate.Projects(ctx, who)
	if err != nil {
		return fmt.Errorf("join platform: %w", err)
	}
	for _, p := range projects {
		if p.Kind != estate.KindApartment {
			continue
		}
		known, err := a.Meter.Platform(ctx, a.DB.Reader(ctx), p.ID)
		if err != nil {
			return fmt.Errorf("join platform: %w", err)
		}
		if known.Version > 0 && known.Login != PlatformUser {
			continue
		}
		if err := c.enrol(ctx, a, p.ID); err != nil {
			return fmt.Errorf("join platform: %w", err)
		}
		known.Host, known.Login, known.Secret, known.Topic = c.Broker, PlatformUser, PlatformPassword, mqttsim.Topic+"#"
		if known.Version == 0 {
			known.Number, known.Value, known.Time, known.Active = "meter", "value", "time", true
		}
		err = a.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := a.Meter.SetPlatform(ctx, tx, who, p.ID, known)
			return err
		})
		if err != nil {
			return fmt.Errorf("join platform: %w", err)
		}
	}
	return nil
}

// enrol puts the meters of a project on the platform.
func (c *Collecting) enrol(ctx context.Context, a *app.App, project id.ID) error {
	month := clock.DateOf(a.DB.Clock().Now()).Month()
	list, err := a.Meter.Sheet(ctx, a.DB.Reader(ctx), project, meter.SheetFilter{Request: page.Request{Limit: 1000}, Month: month, Kind: supply.Water})
	if err != nil {
		return err
	}
	for i, row := range list.Items {
		shows := row.Meter.Start
		switch {
		case row.Last != nil:
			shows = row.Last.Value
		case row.Before != nil:
			shows = row.Before.Value + money.Qty(3+i%5)*cubic
		}
		c.sim.Enrol(row.Meter.Number, shows)
	}
	return nil
}
