package wechat_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linli/internal/outside/wechat"
	"linli/internal/outside/wechat/sim"
	"linli/internal/payment"
)

// A mode is how a merchant is known to WeChat Pay and how it proves itself.
type mode struct {
	name, number, sub string
	certificate, apps bool
}

func modes() []mode {
	return []mode{
		{"public key", "1900000109", "", false, false},
		{"certificates", "1900000110", "", true, false},
		{"partner", "1900000111", "1900000211", false, false},
		{"partner with the merchant's app", "1900000112", "1900000212", false, true},
		{"partner, certificates", "1900000113", "1900000213", true, true},
	}
}

// told is the door that notifications come to.
type told struct {
	*httptest.Server
	header map[string]string
	body   []byte
}

func door(t *testing.T) *told {
	t.Helper()
	d := &told{}
	d.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		d.header = map[string]string{}
		for _, name := range []string{"Wechatpay-Serial", "Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature-Type"} {
			d.header[name] = r.Header.Get(name)
		}
		var err error
		if d.body, err = io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(d.Close)
	return d
}

// as is a merchant in a mode.
func (w *street) as(t *testing.T, x *mode) payment.Merchant {
	t.Helper()
	c, err := w.sim.Enrol(x.number)
	if err != nil {
		t.Fatal(err)
	}
	m := payment.Merchant{Channel: "wechat", Mode: payment.ModePublicKey, Number: c.Number, App: c.App, Serial: c.Serial, PlatformSerial: c.PlatformSerial, PlatformKey: c.PlatformKey,
		PrivateKey: c.PrivateKey, APIKey: c.APIKey, AppSecret: c.Secret, Active: true}
	if x.certificate {
		m.Mode, m.PlatformSerial, m.PlatformKey = payment.ModeCertificate, "", ""
		if err := w.sim.Certify(x.number, true); err != nil {
			t.Fatal(err)
		}
	}
	if x.sub != "" {
		app, secret, err := w.sim.Join(x.number, x.sub)
		if err != nil {
			t.Fatal(err)
		}
		if m.SubNumber = x.sub; x.apps {
			m.SubApp, m.AppSecret = app, secret
		}
	}
	if err := w.channel.Check(m); err != nil {
		t.Fatal(err)
	}
	return m
}

// Every operation works the same way for every kind of merchant.
func TestModesOfMerchants(t *testing.T) {
	w, d := open(t), door(t)
	var all []payment.Merchant
	for _, x := range modes() {
		m := w.as(t, &x)
		all = append(all, m)
		t.Run(x.name, func(t *testing.T) { w.everything(t, m, d) })
	}
	w.strangersBelowPartners(t, all, d)
	w.now.Advance(26 * time.Hour)
	for i, x := range modes() {
		n := 0
		sums, err := w.channel.Bill(t.Context(), all[i], 20261121, func(l payment.BillLine) error {
			if n++; l.Merchant != all[i].Account() {
				t.Errorf("%s: a line of %q", x.name, l.Merchant)
			}
			return nil
		})
		if err != nil || n != 5 || sums.Amount != 4*250_60 || sums.Back != 100_00 {
			t.Errorf("%s: bill of %d lines %+v, %v", x.name, n, sums, err)
		}
	}
}

// everything pays in the four ways, hears of it, gives back and closes.
func (w *street) everything(t *testing.T, m payment.Merchant, d *told) {
	t.Helper()
	ctx, back := t.Context(), d.URL+"/callbacks"
	code, err := w.channel.Prepay(ctx, m, w.order("L7_NATIVE"), back)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Pay(code); err != nil {
		t.Fatal(err)
	}
	w.sim.Deliver(ctx)
	trade, err := w.channel.Verify(ctx, m, d.header, d.body)
	if err != nil || trade.State != payment.TradePaid || trade.Merchant != m.Account() || trade.Amount != 250_60 {
		t.Errorf("notified of %+v, %v", trade, err)
	}
	if asked, err := w.channel.Query(ctx, m, "L7_NATIVE"); err != nil || asked != trade {
		t.Errorf("query: %+v, %v; notified of %+v", asked, err, trade)
	}
	o := w.order("L7_H5PAGE")
	o.PayerAddress = "203.0.113.7"
	page, err := w.channel.H5(ctx, m, o, back, "https://wy.example.cn/pay/1.x?back=1")
	if err != nil || !strings.HasPrefix(page, w.host+"/h5/") {
		t.Fatalf("h5: %q, %v", page, err)
	}
	if err := w.sim.Pay("weixin://wxpay/bizpayurl?pr=" + strings.TrimPrefix(strings.Split(page, "?")[0], w.host+"/h5/")); err != nil {
		t.Error(err)
	}
	w.inApp(t, &m, back)
	shown, err := w.sim.Show("free")
	if err != nil {
		t.Fatal(err)
	}
	if trade, err := w.channel.Scan(ctx, m, w.order("L7_SCANNED"), shown, back); err != nil || trade.State != payment.TradePaid || trade.Merchant != m.Account() {
		t.Errorf("codepay: %+v, %v", trade, err)
	}
	if shown, err = w.sim.Show("password"); err != nil {
		t.Fatal(err)
	}
	if trade, err := w.channel.Scan(ctx, m, w.order("L7_TYPING"), shown, back); err != nil || trade.State != payment.TradeOpen {
		t.Errorf("codepay with a password: %+v, %v", trade, err)
	}
	if err := w.channel.Reverse(ctx, m, "L7_TYPING"); err != nil {
		t.Errorf("reverse: %v", err)
	}
	if _, err := w.channel.Prepay(ctx, m, w.order("L7_CLOSED"), back); err != nil {
		t.Fatal(err)
	}
	if err := w.channel.Close(ctx, m, "L7_CLOSED"); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := w.channel.Close(ctx, m, "L7_NATIVE"); !errors.Is(err, payment.ErrAlreadyPaid) {
		t.Errorf("close of a paid order: %v", err)
	}
	w.giveBack(t, m, d, trade.Transaction)
}

// inApp pays in WeChat's own browser.
func (w *street) inApp(t *testing.T, m *payment.Merchant, back string) {
	t.Helper()
	ctx, o := t.Context(), w.order("L7_INSIDE")
	code, err := w.sim.Authorise(w.channel.AppOf(m), "telephone")
	if err != nil {
		t.Fatal(err)
	}
	who, err := w.channel.Payer(ctx, m, code)
	if err != nil {
		t.Fatal(err)
	}
	prepay, err := w.channel.InApp(ctx, m, &o, back, who)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := w.channel.Invoke(m, prepay)
	if err != nil {
		t.Fatal(err)
	}
	if code, err = w.sim.Invoke(signed, "telephone"); err == nil {
		err = w.sim.Pay(code)
	}
	if err != nil {
		t.Error(err)
	}
}

func (w *street) giveBack(t *testing.T, m payment.Merchant, d *told, transaction string) {
	t.Helper()
	ctx := t.Context()
	r := payment.Refund{Number: "T7_1", Transaction: transaction, Captured: 250_60, Amount: 100_00, Title: "多收退回"}
	st, err := w.channel.Refund(ctx, m, r, d.URL+"/callbacks")
	if err != nil || st.Amount != 100_00 {
		t.Fatalf("refund: %+v, %v", st, err)
	}
	if asked, err := w.channel.QueryRefund(ctx, m, r); err != nil || asked.State != payment.BackDone || asked.ID != st.ID {
		t.Errorf("query of the refund: %+v, %v", asked, err)
	}
	for range 5 { // the notifications of what was paid come first
		w.sim.Deliver(ctx)
	}
	trade, err := w.channel.Verify(ctx, m, d.header, d.body)
	if err != nil || trade.Back == nil || trade.Back.State != payment.BackDone || trade.Back.Merchant != m.Account() {
		t.Errorf("notified of the refund: %+v, %v", trade, err)
	}
}

// strangersBelowPartners: what is signed for another merchant, or below another
// partner, is not this one's.
func (w *street) strangersBelowPartners(t *testing.T, all []payment.Merchant, d *told) {
	t.Helper()
	ctx := t.Context()
	if _, err := w.channel.Query(ctx, all[0], "L7_NOTHING"); !errors.Is(err, payment.ErrNoSuchTrade) {
		t.Errorf("query of nothing: %v", err)
	}
	partner := all[2]
	odd := map[string]string{"Wechatpay-Serial": strings.Repeat("A", 40)}
	for name, v := range d.header {
		if name != "Wechatpay-Serial" {
			odd[name] = v
		}
	}
	if _, err := w.channel.Verify(ctx, all[0], odd, d.body); !errors.Is(err, payment.ErrForged) {
		t.Errorf("a certificate, to a merchant who has none: %v", err)
	}
	_, _, err := w.sim.Join(partner.Number, "1900000299")
	if err != nil {
		t.Fatal(err)
	}
	neighbour := partner
	neighbour.SubNumber = "1900000299"
	if _, err := w.channel.Query(ctx, neighbour, "L7_NATIVE"); !errors.Is(err, payment.ErrNoSuchTrade) {
		t.Errorf("an order of another merchant of the partner: %v", err)
	}
	code, err := w.channel.Prepay(ctx, neighbour, w.order("L7_THEIRS"), d.URL+"/callbacks")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Pay(code); err != nil {
		t.Fatal(err)
	}
	w.sim.Deliver(ctx)
	if trade, err := w.channel.Verify(ctx, partner, d.header, d.body); err != nil || trade.Merchant == partner.Account() {
		t.Errorf("a payment to another merchant of the partner: %+v, %v", trade, err)
	}
	stranger := partner
	stranger.SubNumber = all[3].SubNumber
	_, err = w.channel.Prepay(ctx, stranger, w.order("L7_STOLEN"), notify)
	if r := (*payment.Refusal)(nil); !errors.As(err, &r) || !errors.Is(err, payment.ErrRefusedByChannel) || !strings.Contains(r.Words, "没有开通“Native 支付”") || !strings.Contains(r.Cause, "NO_AUTH") {
		t.Errorf("a merchant of another partner: %v", err)
	}
	alone := partner
	alone.SubNumber = ""
	if trade, err := w.channel.Verify(ctx, alone, d.header, d.body); err == nil && trade.Merchant == alone.Account() {
		t.Errorf("a partner's notification for a merchant alone: %+v", trade)
	}
}

// Certificates: the newest one is used when the platform renews it, an old one
// is believed while it is served, and one that is nobody's never; a merchant who
// moves to the public key still believes notifications by certificate.
// (B13)
func TestCertificatesOfThePlatform(t *testing.T) {
	w, ctx, d := open(t), t.Context(), door(t)
	x := modes()[1]
	m := w.as(t, &x)
	pay := func(number string) {
		t.Helper()
		code, err := w.channel.Prepay(ctx, m, w.order(number), d.URL+"/callbacks")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.sim.Pay(code); err != nil {
			t.Fatal(err)
		}
		w.sim.Deliver(ctx)
	}
	pay("L7_FIRST")
	first := d.header["Wechatpay-Serial"]
	if _, err := w.channel.Verify(ctx, m, d.header, d.body); err != nil || len(first) != 40 {
		t.Fatalf("by certificate %s: %v", first, err)
	}
	moved := m
	c, err := w.sim.Enrol(x.number)
	if err != nil {
		t.Fatal(err)
	}
	moved.Mode, moved.PlatformSerial, moved.PlatformKey = payment.ModePublicKey, c.PlatformSerial, c.PlatformKey
	if trade, err := w.channel.Verify(ctx, moved, d.header, d.body); err != nil || trade.Number != "L7_FIRST" {
		t.Errorf("by certificate, of a merchant who moves to the public key: %+v, %v", trade, err)
	}
	if trade, err := w.channel.Query(ctx, moved, "L7_FIRST"); err != nil || trade.State != payment.TradePaid {
		t.Errorf("asked for by the public key: %+v, %v", trade, err)
	}
	if err := w.sim.Renew(); err != nil {
		t.Fatal(err)
	}
	fresh, err := wechat.New(wechat.Deps{Host: w.host})
	if err != nil {
		t.Fatal(err)
	}
	pay("L7_SECOND")
	second := d.header["Wechatpay-Serial"]
	if _, err := fresh.Verify(ctx, m, d.header, d.body); err != nil || second == first {
		t.Errorf("by the new certificate %s: %v", second, err)
	}
	stranger, err := sim.Open(sim.Options{Clock: w.now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Enrol(x.number); err != nil {
		t.Fatal(err)
	}
	if err := stranger.Certify(x.number, true); err != nil {
		t.Fatal(err)
	}
	other := httptest.NewServer(stranger.Handler())
	t.Cleanup(other.Close)
	away, err := wechat.New(wechat.Deps{Host: other.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := away.Query(ctx, m, "L7_FIRST"); err == nil || errors.Is(err, payment.ErrNoSuchTrade) {
		t.Errorf("a platform that does not know the APIv3 key: %v", err)
	}
	d.header["Wechatpay-Serial"] = first // not the one that signed
	if trade, err := fresh.Verify(ctx, m, d.header, d.body); !errors.Is(err, payment.ErrForged) {
		t.Errorf("under another certificate: %+v, %v", trade, err)
	}
	d.header["Wechatpay-Serial"] = strings.Repeat("A", 40)
	if trade, err := fresh.Verify(ctx, m, d.header, d.body); !errors.Is(err, payment.ErrForged) {
		t.Errorf("under a certificate that is nobody's: %+v, %v", trade, err)
	}
}
