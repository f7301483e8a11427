package mqtt_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/fault"
	"linli/internal/kit/outbound"
	"linli/internal/meter"
	"linli/internal/outside/mqtt"
	"linli/internal/outside/mqtt/sim"
)

// platform starts a broker.
func platform(t *testing.T) (*sim.Sim, meter.Platform) {
	t.Helper()
	s, err := sim.New(sim.Options{User: "wuye", Password: "geheim", Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s, meter.Platform{Host: "tcp://" + l.Addr().String(), Client: "linli-1", Login: "wuye", Secret: "geheim", Topic: "meters/#"}
}

func here(t *testing.T) *mqtt.Collector {
	t.Helper()
	g, err := outbound.Parse("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return mqtt.New(g)
}

// until waits for what another goroutine does.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

// ear is a server that listens.
type ear struct {
	mu    sync.Mutex
	heard []string
	fails int // so often
	stop  context.CancelFunc
	done  chan error
}

func (e *ear) take(_ context.Context, list []meter.Message) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fails > 0 {
		e.fails--
		return errors.New("the disk is full")
	}
	for _, m := range list {
		e.heard = append(e.heard, string(m.Payload))
	}
	return nil
}

func (e *ear) all() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Join(e.heard, " ")
}

// listen connects as one process of the product would.
func (e *ear) listen(t *testing.T, c *mqtt.Collector, p meter.Platform) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	e.stop, e.done = stop, make(chan error, 1)
	up := make(chan struct{})
	go func() { e.done <- c.Listen(ctx, p, e.take, func() { close(up) }) }()
	select {
	case <-up:
	case err := <-e.done:
		t.Fatalf("listen: %v", err)
	}
}

func say(t *testing.T, s *sim.Sim, text string) {
	t.Helper()
	if err := s.Say(sim.Topic+"1", []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// What was not kept is sent again: after the connection was cut, after the
// product stood still, and after it could not write.
func TestF2NothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	s, p := platform(t)
	c, e := here(t), &ear{}
	e.listen(t, c, p)
	say(t, s, "a")
	until(t, "a is heard", func() bool { return e.all() == "a" })
	until(t, "a is acknowledged", func() bool { return s.Waiting("linli-1") == 0 })

	s.Drop()
	if err := <-e.done; !errors.Is(err, meter.ErrUnreachable) {
		t.Fatalf("cut off: %v", err)
	}
	say(t, s, "b") // nobody listens
	e.listen(t, c, p)
	until(t, "b is heard", func() bool { return e.all() == "a b" })

	e.fails = 1
	say(t, s, "c")
	if err := <-e.done; err == nil || errors.Is(err, meter.ErrUnreachable) {
		t.Fatalf("not kept: %v", err)
	}
	if s.Waiting("linli-1") == 0 {
		t.Error("c was acknowledged before it was kept")
	}
	e.listen(t, c, p)
	until(t, "c is heard", func() bool { return e.all() == "a b c" })
	until(t, "all is acknowledged", func() bool { return s.Waiting("linli-1") == 0 })
	e.stop()
	if err := <-e.done; !errors.Is(err, context.Canceled) {
		t.Errorf("end: %v", err)
	}
	until(t, "nobody listens", func() bool { return len(s.Listeners()) == 0 })
}

// More than one batch comes whole and in order.
func TestF2ManyMessages(t *testing.T) {
	t.Parallel()
	s, p := platform(t)
	e := &ear{}
	e.listen(t, here(t), p)
	const n = 700
	for i := range n {
		say(t, s, fmt.Sprint(i))
	}
	until(t, "all are heard", func() bool { return strings.Count(e.all(), " ") == n-1 })
	if all := e.all(); !strings.HasPrefix(all, "0 1 2 ") || !strings.HasSuffix(all, " 698 699") {
		t.Errorf("order: %.40s", all)
	}
	e.stop()
	<-e.done
}

func text(err error) string {
	if f := fault.As(err); f != nil {
		return f.Text
	}
	return fmt.Sprint(err)
}

// A try says what it heard and leaves what waits for the product; where it
// fails it says why.
func TestF2TryingAPlatform(t *testing.T) {
	t.Parallel()
	s, p := platform(t)
	c := here(t)
	go func() {
		until(t, "the try listens", func() bool { return len(s.Listeners()) > 0 })
		say(t, s, "x")
	}()
	list, err := c.Try(t.Context(), p, time.Second)
	if err != nil || len(list) != 1 || string(list[0].Payload) != "x" || list[0].Topic != sim.Topic+"1" {
		t.Errorf("heard %v, %v", list, err)
	}
	secure := tlsServer(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := silent.Addr().String()
	if err := silent.Close(); err != nil {
		t.Fatal(err)
	}
	for name, one := range map[string]struct {
		change func(*meter.Platform)
		say    string
	}{
		"password":    {func(p *meter.Platform) { p.Secret = "falsch" }, "账号或密码"},
		"topic":       {func(p *meter.Platform) { p.Topic = "#" }, "订阅这个主题"},
		"closed":      {func(p *meter.Platform) { p.Host = "tcp://" + closed }, "连不上平台"},
		"no name":     {func(p *meter.Platform) { p.Host = "tcp://nobody.invalid:1883" }, "找不到这个主机名"},
		"no TLS":      {func(p *meter.Platform) { p.Host = strings.Replace(p.Host, "tcp:", "ssl:", 1) }, "ssl"},
		"certificate": {func(p *meter.Platform) { p.Host = "ssl://" + secure }, "证书不被信任"},
		"inside":      {func(p *meter.Platform) { p.Host = "tcp://127.0.0.2:1883" }, "指向内网"},
	} {
		q := p
		one.change(&q)
		_, err := c.Try(t.Context(), q, time.Millisecond)
		if !errors.Is(err, meter.ErrUnreachable) || !strings.Contains(text(err), one.say) {
			if name == "no TLS" && strings.Contains(text(err), "连不上") {
				continue // what a broker makes of TLS is its own affair
			}
			t.Errorf("%s: %v", name, err)
		}
	}
}

// tlsServer has a certificate that nobody trusts.
func tlsServer(t *testing.T) string {
	t.Helper()
	srv := newTLS(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", srv)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.(*tls.Conn).HandshakeContext(t.Context())
			_ = conn.Close()
		}
	}()
	return l.Addr().String()
}

// A packet that is longer than any reading ends the connection before there is
// room made for it.
func TestF2PacketsTooLong(t *testing.T) {
	t.Parallel()
	s, p := platform(t)
	e := &ear{}
	e.listen(t, here(t), p)
	say(t, s, strings.Repeat("x", 1<<20))
	if err := <-e.done; !strings.Contains(text(err), "太大") {
		t.Errorf("too long: %v", err)
	}
	if e.all() != "" {
		t.Error("it was taken")
	}
}

func TestF2WhatAnAccessMustBe(t *testing.T) {
	t.Parallel()
	good := meter.Platform{Host: "ssl://mqtt.example.cn:8883", Login: "a", Secret: "b", Topic: "a/+/b/#"}
	c := mqtt.New(outbound.Guard{})
	if err := c.Check(good); err != nil {
		t.Errorf("good: %v", err)
	}
	for _, host := range []string{"", "mqtt.example.cn:1883", "http://mqtt.example.cn:80", "tcp://mqtt.example.cn", "tcp://:1883", "tcp://u:p@mqtt.example.cn:1883", "tcp://mqtt.example.cn:99999",
		"tcp://mqtt.example.cn:1883/x", "tcp://127.0.0.1:1883", "ssl://localhost:8883", "tcp://10.0.0.5:1883", "tcp://0x7f.1:1883", "tcp://169.254.169.254:80"} {
		p := good
		p.Host = host
		if f := fault.As(c.Check(p)); f == nil || f.Fields[0].Location != "body.host" {
			t.Errorf("host %q: %v", host, f)
		}
	}
	for _, topic := range []string{"", "a+/b", "a/#/b", "a#"} {
		p := good
		p.Topic = topic
		if f := fault.As(c.Check(p)); f == nil || f.Fields[0].Location != "body.topic" {
			t.Errorf("topic %q: %v", topic, f)
		}
	}
	good.Secret = ""
	if f := fault.As(c.Check(good)); f == nil || f.Fields[0].Location != "body.secret" {
		t.Errorf("no password: %v", f)
	}
}

// newTLS is what a server needs that signed for itself.
func newTLS(t *testing.T) *tls.Config {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return &tls.Config{Certificates: srv.TLS.Certificates, MinVersion: tls.VersionTLS12}
}
