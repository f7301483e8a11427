// Package sim is an honest collector platform for rehearsals and tests: a real
// MQTT broker that knows one account, and remote meters that report by it. On
// command it sends twice, late, in another order, something wrong, or hangs up.
// It knows nothing of the product, and the product does not know whether it
// speaks to it.
package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"linli/internal/kit/clock"
	"linli/internal/kit/money"
)

// Topic is what the meters report under; their number follows.
const Topic = "meters/"

// Options say how a simulator runs.
type Options struct {
	User, Password string
	Every          time.Duration // between two reports of all meters; 0 only on command
	Clock          clock.Clock
	Log            *slog.Logger
}

// Meter is one meter on the platform.
type Meter struct {
	Number string    `json:"number"`
	Value  money.Qty `json:"value"` // ×10⁻⁴
	At     time.Time `json:"at"`    // of its newest report
}

// Orders are what the platform was told to do with reports.
type Orders struct {
	Twice    bool `json:"twice"`    // every message is sent two times
	Backward bool `json:"backward"` // the meters of one round in the opposite order
	Delay    int  `json:"delay"`    // seconds before a report is sent, with the time it was made
	Silent   bool `json:"silent"`   // the meters report nothing
}

// Sim is the platform.
type Sim struct {
	o      Options
	broker *mochi.Server
	mu     sync.Mutex
	meters []Meter
	orders Orders
}

// New makes a platform without meters.
func New(o Options) (*Sim, error) {
	s := &Sim{o: o}
	s.broker = mochi.New(&mochi.Options{InlineClient: true, Logger: slog.New(slog.DiscardHandler)})
	if err := s.broker.AddHook(&door{user: o.User, password: o.Password}, nil); err != nil {
		return nil, fmt.Errorf("door of broker: %w", err)
	}
	return s, nil
}

// door lets one account in, to read; it may not write.
type door struct {
	mochi.HookBase
	user, password string
}

func (d *door) ID() string { return "door" }

func (d *door) Provides(b byte) bool {
	return b == mochi.OnConnectAuthenticate || b == mochi.OnACLCheck
}

func (d *door) OnConnectAuthenticate(_ *mochi.Client, pk packets.Packet) bool {
	return string(pk.Connect.Username) == d.user && string(pk.Connect.Password) == d.password
}

func (d *door) OnACLCheck(_ *mochi.Client, topic string, write bool) bool {
	return !write && strings.HasPrefix(topic, Topic)
}

// Enrol adds a meter, or says what one shows; it reports in the next round.
func (s *Sim) Enrol(number string, value money.Qty) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.meters, func(m Meter) bool { return m.Number == number }); i >= 0 {
		s.meters[i].Value = value
		return
	}
	s.meters = append(s.meters, Meter{Number: number, Value: value})
}

// Meters are those of the platform.
func (s *Sim) Meters() []Meter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.meters)
}

// Tell gives new orders.
func (s *Sim) Tell(o Orders) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders = o
}

// Serve answers connections until ctx ends, and has the meters report.
func (s *Sim) Serve(ctx context.Context, l net.Listener) error {
	if err := s.broker.AddListener(listeners.NewNet("tcp", l)); err != nil {
		return errors.Join(fmt.Errorf("listen as broker: %w", err), l.Close())
	}
	if err := s.broker.Serve(); err != nil {
		return fmt.Errorf("serve as broker: %w", err)
	}
	var tick <-chan time.Time
	if s.o.Every > 0 {
		t := time.NewTicker(s.o.Every)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return s.broker.Close()
		case <-tick:
			if err := s.Round(ctx); err != nil {
				s.o.Log.Error("simulator", "error", err)
			}
		}
	}
}

// Round has every meter report what it shows now, a little more than before.
func (s *Sim) Round(ctx context.Context) error {
	s.mu.Lock()
	orders := s.orders
	list := []Meter{}
	for i := range s.meters {
		m := &s.meters[i]
		if m.At = s.o.Clock.Now(); !orders.Silent {
			list = append(list, *m)
		}
		m.Value += money.Qty(10 * (1 + i%5))
	}
	s.mu.Unlock()
	if orders.Backward {
		slices.Reverse(list)
	}
	send := func() error {
		for _, m := range list {
			if err := s.report(m, orders.Twice); err != nil {
				return err
			}
		}
		return nil
	}
	if orders.Delay == 0 {
		return send()
	}
	go func() {
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(orders.Delay) * time.Second):
			if err := send(); err != nil {
				s.o.Log.Error("simulator", "error", err)
			}
		}
	}()
	return nil
}

func (s *Sim) report(m Meter, twice bool) error {
	body := fmt.Sprintf(`{"meter":%q,"value":%s,"time":%q}`, m.Number, m.Value, m.At.In(clock.Shanghai()).Format(time.DateTime))
	err := s.Say(Topic+m.Number, []byte(body))
	if err == nil && twice {
		err = s.Say(Topic+m.Number, []byte(body))
	}
	return err
}

// Say sends a message as it stands to all who listen, at least once; those whose
// session lasts get it when they are back.
func (s *Sim) Say(topic string, payload []byte) error {
	if err := s.broker.Publish(topic, payload, false, 1); err != nil {
		return fmt.Errorf("publish %s: %w", topic, err)
	}
	return nil
}

// Drop hangs up on everybody, without a word.
func (s *Sim) Drop() {
	for _, c := range s.broker.Clients.GetByListener("tcp") {
		c.Stop(errors.New("told to"))
	}
}

// Listeners are the names of the clients that are connected.
func (s *Sim) Listeners() []string {
	out := []string{}
	for _, c := range s.broker.Clients.GetByListener("tcp") {
		out = append(out, c.ID)
	}
	slices.Sort(out)
	return out
}

// Waiting is how many messages of a client's session were not acknowledged.
func (s *Sim) Waiting(client string) int {
	c, ok := s.broker.Clients.Get(client)
	if !ok {
		return 0
	}
	return c.State.Inflight.Len()
}
