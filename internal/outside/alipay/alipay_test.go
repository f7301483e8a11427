package alipay_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/alipay"
	"linli/internal/outside/alipay/sim"
	"linli/internal/payment"
)

const pid = "2088600000000001"

type street struct {
	now     *clock.Manual
	sim     *sim.Sim
	channel *alipay.Channel
	m       payment.Merchant
}

// papers are the books of a simulator with one seller; keys are made once.
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
	if _, err := s.Enrol(pid); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func open(t *testing.T, now *clock.Manual) *street {
	t.Helper()
	b, err := papers()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sim.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	w := &street{now: now}
	if w.sim, err = sim.Open(sim.Options{Path: path, Clock: now, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	c, err := w.sim.Enrol(pid)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(w.sim.Handler())
	t.Cleanup(srv.Close)
	w.m = payment.Merchant{Channel: "alipay", Number: c.Number, App: c.App, PlatformKey: c.PlatformKey, PrivateKey: c.PrivateKey, Active: true}
	if w.channel, err = alipay.New(alipay.Deps{Host: srv.URL}); err != nil {
		t.Fatal(err)
	}
	return w
}

func morning() *clock.Manual { return clock.NewManual(clock.Date(20261121).Start().Add(9 * time.Hour)) }

func (w *street) order(number string) payment.Order {
	return payment.Order{Number: number, Title: "3栋/101 物业费=水费, 电费", Amount: 250_60, ExpiresAt: w.now.Now().Add(15 * time.Minute)}
}

const notify = "https://wy.example.cn/api/v1/callbacks/alipay/1.x"

// The life of an order as the published protocol has it.
func TestOrderAtTheChannel(t *testing.T) {
	w, ctx := open(t, morning()), t.Context()
	code, err := w.channel.Prepay(ctx, w.m, w.order("L7_ABCDE1"), notify)
	if err != nil || !strings.HasPrefix(code, "https://qr.alipay.com/") {
		t.Fatalf("precreate: %q, %v", code, err)
	}
	if again, err := w.channel.Prepay(ctx, w.m, w.order("L7_ABCDE1"), notify); err != nil || again != code {
		t.Errorf("the same order again: %q, %v", again, err)
	}
	other := w.order("L7_ABCDE1")
	other.Amount = 1
	if _, err := w.channel.Prepay(ctx, w.m, other, notify); !errors.Is(err, payment.ErrRefusedByChannel) {
		t.Errorf("the same number for another amount: %v", err)
	}
	if _, err := w.channel.Query(ctx, w.m, "L7_ABCDE1"); !errors.Is(err, payment.ErrNotScanned) {
		t.Errorf("query before anybody has scanned: %v", err)
	}
	if err := w.channel.Close(ctx, w.m, "L7_ABCDE1"); !errors.Is(err, payment.ErrNotScanned) {
		t.Errorf("close before anybody has scanned: %v", err)
	}
	if err := w.sim.Scan(code); err != nil {
		t.Fatal(err)
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7_ABCDE1"); err != nil || trade.State != payment.TradeOpen {
		t.Errorf("query after the scan: %+v, %v", trade, err)
	}
	if err := w.sim.Pay(code); err != nil {
		t.Fatal(err)
	}
	trade, err := w.channel.Query(ctx, w.m, "L7_ABCDE1")
	if err != nil || trade.State != payment.TradePaid || trade.Amount != 250_60 || trade.Currency != "CNY" || trade.Merchant != pid || len(trade.Transaction) != 28 || w.now.Now().Sub(trade.PaidAt) > time.Second {
		t.Errorf("query of a paid order: %+v, %v", trade, err)
	}
	if err := w.channel.Close(ctx, w.m, "L7_ABCDE1"); !errors.Is(err, payment.ErrAlreadyPaid) {
		t.Errorf("close of a paid order: %v", err)
	}
	if err := w.sim.Alter(sim.Alteration{Number: "L7_ABCDE1", Finish: true}); err != nil {
		t.Fatal(err)
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7_ABCDE1"); err != nil || trade.State != payment.TradePaid {
		t.Errorf("query of a finished order: %+v, %v", trade, err)
	}
	if code, err = w.channel.Prepay(ctx, w.m, w.order("L7_ABCDE2"), notify); err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Scan(code); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second one finds it closed
		if err := w.channel.Close(ctx, w.m, "L7_ABCDE2"); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7_ABCDE2"); err != nil || trade.State != payment.TradeClosed {
		t.Errorf("query of a closed order: %+v, %v", trade, err)
	}
	if err := w.sim.Pay(code); err == nil {
		t.Error("a closed order was paid")
	}
}

func TestAnswersThatCannotBeTrusted(t *testing.T) {
	w, ctx := open(t, morning()), t.Context()
	code, err := w.channel.Prepay(ctx, w.m, w.order("L7_ABCDE1"), notify)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Pay(code); err != nil {
		t.Fatal(err)
	}
	w.sim.Misbehave(sim.Faults{TamperAnswers: true})
	if trade, err := w.channel.Query(ctx, w.m, "L7_ABCDE1"); err == nil {
		t.Errorf("a changed answer was believed: %+v", trade)
	}
	for name, f := range map[string]sim.Faults{"busy": {Busy: true}, "done, and said to have failed": {FailAfterEffect: true}} {
		w.sim.Misbehave(f)
		if _, err := w.channel.Prepay(ctx, w.m, w.order("L7_ABCDE2"), notify); err == nil || errors.Is(err, payment.ErrRefusedByChannel) {
			t.Errorf("%s is no refusal: %v", name, err)
		}
	}
	w.sim.Misbehave(sim.Faults{})
	stranger, err := sim.Open(sim.Options{Clock: w.now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := stranger.Enrol(pid)
	if err != nil {
		t.Fatal(err)
	}
	m := w.m
	m.PrivateKey = c.PrivateKey // signs as somebody else
	if _, err := w.channel.Prepay(ctx, m, w.order("L7_ABCDE3"), notify); !errors.Is(err, payment.ErrRefusedByChannel) || !strings.Contains(err.Error(), "isv.invalid-signature") {
		t.Errorf("a wrong signature: %v", err)
	}
	if _, err := w.channel.Query(ctx, m, "L7_NOTHING"); err == nil || errors.Is(err, payment.ErrNotScanned) {
		t.Errorf("a refusal without signature was taken for an answer: %v", err)
	}
	m = w.m
	m.PlatformKey = c.PlatformKey // believes somebody else
	if _, err := w.channel.Query(ctx, m, "L7_ABCDE1"); err == nil {
		t.Error("an answer signed by another key was believed")
	}
	for _, body := range []string{"", "null", `{"alipay_trade_query_response":null}`, `{"alipay_trade_query_response":{"code":"10000","trade_status":"TRADE_SUCCESS"}}`, "<html>"} {
		broken := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.Write([]byte(body)) }))
		ch, err := alipay.New(alipay.Deps{Host: broken.URL})
		if err != nil {
			t.Fatal(err)
		}
		if trade, err := ch.Query(ctx, w.m, "L7_ABCDE1"); err == nil || errors.Is(err, payment.ErrNotScanned) {
			t.Errorf("%q was believed: %+v, %v", body, trade, err)
		}
		broken.Close()
	}
}

// Notifications come again by the published schedule until they are heard.
func TestNotificationsAreRepeated(t *testing.T) {
	w := open(t, morning())
	heard := 0
	shop := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if heard++; heard < 4 {
			rw.Write([]byte("fail"))
			return
		}
		rw.Write([]byte("success"))
	}))
	t.Cleanup(shop.Close)
	code, err := w.channel.Prepay(t.Context(), w.m, w.order("L7_ABCDE1"), shop.URL+"/callbacks")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Pay(code); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{time.Second, 1}, {3 * time.Minute, 1}, {2 * time.Minute, 2}, {11 * time.Minute, 3}, {8 * time.Minute, 3}, {3 * time.Minute, 4}, {25 * time.Hour, 4}} {
		w.now.Advance(step.wait)
		if w.sim.Deliver(t.Context()); heard != step.want {
			t.Fatalf("after %s more heard %d times, want %d", step.wait, heard, step.want)
		}
	}
}

// What is signed is believed only when it is about this app and this seller,
// and nothing that is not signed is.
// (B16)
func TestForgedNotifications(t *testing.T) {
	w, ctx := open(t, morning()), t.Context()
	code, err := w.channel.Prepay(ctx, w.m, w.order("L7_ABCDE1"), notify)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Pay(code); err != nil {
		t.Fatal(err)
	}
	letter := func(f sim.Faults) map[string][]string {
		w.sim.Misbehave(f)
		form, err := w.sim.Letter(pid, "L7_ABCDE1")
		if err != nil {
			t.Fatal(err)
		}
		return form
	}
	verify := func(form map[string][]string) (payment.Trade, error) {
		return w.channel.Verify(ctx, w.m, nil, []byte(urlOf(form)))
	}
	trade, err := verify(letter(sim.Faults{}))
	if err != nil || trade.State != payment.TradePaid || trade.Amount != 250_60 || trade.Merchant != pid || trade.Number != "L7_ABCDE1" {
		t.Fatalf("the true one: %+v, %v", trade, err)
	}
	if trade, err := verify(letter(sim.Faults{WrongSeller: "2088600000000099"})); err != nil || trade.Merchant == pid {
		t.Errorf("of another seller: %+v, %v", trade, err)
	}
	if trade, err := verify(letter(sim.Faults{WrongAmount: 1})); err != nil || trade.Amount != 1 {
		t.Errorf("of another amount: %+v, %v", trade, err)
	}
	if trade, err := verify(letter(sim.Faults{GBK: true})); err != nil || trade.State != payment.TradePaid || trade.Amount != 250_60 {
		t.Errorf("in GBK: %+v, %v", trade, err)
	}
	for name, change := range map[string]func(map[string][]string){
		"subject":     func(f map[string][]string) { f["subject"] = []string{f["subject"][0] + "\xb7\xd1"} },
		"amount":      func(f map[string][]string) { f["total_amount"] = []string{"0.01"} },
		"number":      func(f map[string][]string) { f["out_trade_no"] = []string{"L7_ABCDE2"} },
		"one more":    func(f map[string][]string) { f["extra"] = []string{"1"} },
		"one less":    func(f map[string][]string) { delete(f, "subject") },
		"twice":       func(f map[string][]string) { f["total_amount"] = append(f["total_amount"], "0.01") },
		"certificate": func(f map[string][]string) { f["alipay_cert_sn"] = []string{"00"} },
		"sign type":   func(f map[string][]string) { f["sign_type"] = []string{"RSA"} },
		"no sign":     func(f map[string][]string) { delete(f, "sign") },
		"bad sign":    func(f map[string][]string) { f["sign"] = []string{"AAAA"} },
	} {
		form := letter(sim.Faults{})
		change(form)
		if trade, err := verify(form); !errors.Is(err, payment.ErrForged) {
			t.Errorf("%s: %+v, %v", name, trade, err)
		}
	}
	if _, err := verify(letter(sim.Faults{WrongApp: "2021000000000000"})); !errors.Is(err, payment.ErrForged) {
		t.Errorf("about another app: %v", err)
	}
	if _, err := w.channel.Verify(ctx, w.m, nil, []byte("%zz")); !errors.Is(err, payment.ErrForged) {
		t.Errorf("no form: %v", err)
	}
}

func TestMerchantsThatCannotWork(t *testing.T) {
	w := open(t, morning())
	if err := w.channel.Check(w.m); err != nil {
		t.Fatal(err)
	}
	bare := func(pem string) string {
		lines := strings.Split(strings.TrimSpace(pem), "\n")
		return strings.Join(lines[1:len(lines)-1], "")
	}
	m := w.m
	m.PrivateKey, m.PlatformKey = bare(m.PrivateKey), bare(m.PlatformKey)
	if err := w.channel.Check(m); err != nil {
		t.Errorf("keys as Alipay's tools hand them out: %v", err)
	}
	if _, err := w.channel.Prepay(t.Context(), m, w.order("L7_ABCDE1"), notify); err != nil {
		t.Errorf("with such keys: %v", err)
	}
	for name, spoil := range map[string]func(m *payment.Merchant){
		"number":       func(m *payment.Merchant) { m.Number = "1900000109" },
		"app":          func(m *payment.Merchant) { m.App = "wx12345678" },
		"platform key": func(m *payment.Merchant) { m.PlatformKey = m.PrivateKey },
		"private key":  func(m *payment.Merchant) { m.PrivateKey = m.PlatformKey },
		"no key":       func(m *payment.Merchant) { m.PrivateKey = "" },
		"own key":      func(m *payment.Merchant) { m.PlatformKey = publicOf(t, m.PrivateKey) },
	} {
		m := w.m
		if spoil(&m); !errors.Is(w.channel.Check(m), payment.ErrMerchant) {
			t.Errorf("%s: %v", name, w.channel.Check(m))
		}
	}
	if _, err := alipay.New(alipay.Deps{Host: "openapi.example.cn"}); err == nil {
		t.Error("a host without scheme")
	}
}

func urlOf(form map[string][]string) string { return url.Values(form).Encode() }

func publicOf(t *testing.T, private string) string {
	t.Helper()
	block, _ := pem.Decode([]byte(private))
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&k.(*rsa.PrivateKey).PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
