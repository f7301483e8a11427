package wechat_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/wechat"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

type street struct {
	now     *clock.Manual
	sim     *sim.Sim
	channel *wechat.Channel
	m       payment.Merchant
	host    string
}

// papers are the books of a simulator with a merchant of each mode; keys are
// made once.
var papers = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "linli-sim-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "sim.json")
	s, err := sim.Open(sim.Options{Path: path, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	for _, x := range modes() {
		if _, err := s.Enrol(x.number); err != nil {
			return nil, err
		}
	}
	return os.ReadFile(path)
})

func open(t *testing.T) *street {
	t.Helper()
	w := &street{now: clock.NewManual(clock.Date(20261121).Start().Add(9 * time.Hour))}
	books, err := papers()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sim.json")
	if err := os.WriteFile(path, books, 0o600); err != nil {
		t.Fatal(err)
	}
	if w.sim, err = sim.Open(sim.Options{Path: path, Clock: w.now, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	c, err := w.sim.Enrol("1900000109")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(w.sim.Handler())
	t.Cleanup(srv.Close)
	w.host = srv.URL
	w.m = payment.Merchant{Channel: "wechat", Number: c.Number, App: c.App, Serial: c.Serial, PlatformSerial: c.PlatformSerial, PlatformKey: c.PlatformKey,
		PrivateKey: c.PrivateKey, APIKey: c.APIKey, AppSecret: c.Secret, Active: true}
	if w.channel, err = wechat.New(wechat.Deps{Host: srv.URL}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *street) order(number string) payment.Order {
	return payment.Order{Number: number, Title: "3栋101 物业服务费", Amount: 250_60, ExpiresAt: w.now.Now().Add(15 * time.Minute)}
}

const notify = "https://wy.example.cn/api/v1/callbacks/wechat/1.x"

// The life of an order as the published protocol has it.
func TestOrderAtTheChannel(t *testing.T) {
	w, ctx := open(t), t.Context()
	code, err := w.channel.Prepay(ctx, w.m, w.order("L7-ABCDE1"), notify)
	if err != nil || !strings.HasPrefix(code, "weixin://wxpay/") {
		t.Fatalf("prepay: %q, %v", code, err)
	}
	if again, err := w.channel.Prepay(ctx, w.m, w.order("L7-ABCDE1"), notify); err != nil || again != code {
		t.Errorf("the same order again: %q, %v", again, err)
	}
	other := w.order("L7-ABCDE1")
	other.Amount = 1
	if _, err := w.channel.Prepay(ctx, w.m, other, notify); !errors.Is(err, payment.ErrRefusedByChannel) {
		t.Errorf("the same number for another amount: %v", err)
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7-ABCDE1"); err != nil || trade.State != payment.TradeOpen {
		t.Errorf("query: %+v, %v", trade, err)
	}
	if _, err := w.channel.Query(ctx, w.m, "L7-NOTHING"); !errors.Is(err, payment.ErrNoSuchTrade) {
		t.Errorf("query of nothing: %v", err)
	}
	if err := w.sim.Pay(code); err != nil {
		t.Fatal(err)
	}
	trade, err := w.channel.Query(ctx, w.m, "L7-ABCDE1")
	if err != nil || trade.State != payment.TradePaid || trade.Amount != 250_60 || trade.Currency != "CNY" || trade.Merchant != w.m.Number || len(trade.Transaction) != 28 {
		t.Errorf("query of a paid order: %+v, %v", trade, err)
	}
	if err := w.channel.Close(ctx, w.m, "L7-ABCDE1"); !errors.Is(err, payment.ErrAlreadyPaid) {
		t.Errorf("close of a paid order: %v", err)
	}
	if _, err := w.channel.Prepay(ctx, w.m, w.order("L7-ABCDE2"), notify); err != nil {
		t.Fatal(err)
	}
	if err := w.channel.Close(ctx, w.m, "L7-ABCDE2"); err != nil {
		t.Errorf("close: %v", err)
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7-ABCDE2"); err != nil || trade.State != payment.TradeClosed {
		t.Errorf("query of a closed order: %+v, %v", trade, err)
	}
}

func TestAnswersThatCannotBeTrusted(t *testing.T) {
	w, ctx := open(t), t.Context()
	if _, err := w.channel.Prepay(ctx, w.m, w.order("L7-ABCDE1"), notify); err != nil {
		t.Fatal(err)
	}
	w.sim.Misbehave(sim.Faults{TamperAnswers: true})
	if trade, err := w.channel.Query(ctx, w.m, "L7-ABCDE1"); err == nil {
		t.Errorf("a changed answer was believed: %+v", trade)
	}
	w.sim.Misbehave(sim.Faults{Busy: true})
	if _, err := w.channel.Prepay(ctx, w.m, w.order("L7-ABCDE2"), notify); err == nil || errors.Is(err, payment.ErrRefusedByChannel) {
		t.Errorf("a busy channel is no refusal: %v", err)
	}
	w.sim.Misbehave(sim.Faults{})
	stranger, err := sim.Open(sim.Options{Clock: w.now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := stranger.Enrol(w.m.Number)
	if err != nil {
		t.Fatal(err)
	}
	m := w.m
	m.PrivateKey = c.PrivateKey // signs as somebody else
	if _, err := w.channel.Prepay(ctx, m, w.order("L7-ABCDE3"), notify); !errors.Is(err, payment.ErrRefusedByChannel) || !strings.Contains(err.Error(), "SIGN_ERROR") {
		t.Errorf("a wrong signature: %v", err)
	}
	m = w.m
	m.PlatformKey = c.PlatformKey // believes somebody else
	if _, err := w.channel.Query(ctx, m, "L7-ABCDE1"); err == nil {
		t.Error("an answer signed by another key was believed")
	}
}

// Notifications come again by the published schedule until they are heard.
func TestNotificationsAreRepeated(t *testing.T) {
	w := open(t)
	heard := 0
	shop := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if heard++; heard < 4 {
			rw.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(shop.Close)
	code, err := w.channel.Prepay(t.Context(), w.m, w.order("L7-ABCDE1"), shop.URL+"/callbacks")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Pay(code); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{time.Second, 1}, {10 * time.Second, 1}, {6 * time.Second, 2}, {16 * time.Second, 3}, {20 * time.Second, 3}, {11 * time.Second, 4}, {24 * time.Hour, 4}} {
		w.now.Advance(step.wait)
		if w.sim.Deliver(t.Context()); heard != step.want {
			t.Fatalf("after %s more heard %d times, want %d", step.wait, heard, step.want)
		}
	}
}

func TestMerchantsThatCannotWork(t *testing.T) {
	w := open(t)
	if err := w.channel.Check(w.m); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(m *payment.Merchant){
		"number":       func(m *payment.Merchant) { m.Number = "19000001x9" },
		"app":          func(m *payment.Merchant) { m.App = "12345678" },
		"serial":       func(m *payment.Merchant) { m.Serial = "ABC" },
		"platform id":  func(m *payment.Merchant) { m.PlatformSerial = m.Serial },
		"platform key": func(m *payment.Merchant) { m.PlatformKey = m.PrivateKey },
		"private key":  func(m *payment.Merchant) { m.PrivateKey = m.PlatformKey },
		"api key":      func(m *payment.Merchant) { m.APIKey = "short" },
	} {
		m := w.m
		if spoil(&m); !errors.Is(w.channel.Check(m), payment.ErrMerchant) {
			t.Errorf("%s: %v", name, w.channel.Check(m))
		}
	}
	if _, err := wechat.New(wechat.Deps{Host: "api.example.cn"}); err == nil {
		t.Error("a host without scheme")
	}
}
