package wechat_test

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"linli/internal/outside/wechat"
	"linli/internal/payment"
)

// inside is WeChat's browser on somebody's telephone.
func inside(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// identify opens the address of authorisation and answers the code that comes
// back with the browser.
func identify(t *testing.T, browser *http.Client, page string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (iPhone) MicroMessenger/8.0")
	answer, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	back, err := answer.Location()
	if err != nil || !strings.HasPrefix(back.String(), "https://wy.example.cn/pay/1.x?") || back.Query().Get("state") != "s1" {
		t.Fatalf("came back to %v, %v", back, err)
	}
	return back.Query().Get("code")
}

// A page in WeChat: who stands there, the order for him, and what is signed.
func TestPayingInsideWeChat(t *testing.T) {
	w, ctx := open(t), t.Context()
	if _, ok := w.channel.Identify(&payment.Merchant{App: w.m.App}, "https://wy.example.cn/pay/1.x"); ok {
		t.Error("without a secret nobody can be asked")
	}
	page, ok := w.channel.Identify(&w.m, "https://wy.example.cn/pay/1.x")
	if !ok || !strings.HasSuffix(page, "&response_type=code&scope=snsapi_base&state=STATE#wechat_redirect") {
		t.Fatalf("sent to %s", page)
	}
	page = strings.Replace(page, "STATE", "s1", 1)
	browser := inside(t)
	code := identify(t, browser, page)
	wrong := w.m
	wrong.AppSecret = strings.Repeat("0", 32)
	if _, err := w.channel.Payer(ctx, &wrong, code); err == nil || errors.Is(err, payment.ErrWhoGone) || !strings.Contains(err.Error(), "40125") {
		t.Errorf("a wrong secret: %v", err)
	}
	who, err := w.channel.Payer(ctx, &w.m, code)
	if err != nil || len(who) != 28 {
		t.Fatalf("payer %q, %v", who, err)
	}
	if _, err := w.channel.Payer(ctx, &w.m, code); !errors.Is(err, payment.ErrWhoGone) || !strings.Contains(err.Error(), "40163") {
		t.Errorf("the code again: %v", err)
	}
	if again, err := w.channel.Payer(ctx, &w.m, identify(t, browser, page)); err != nil || again != who {
		t.Errorf("the same person: %q, %v", again, err)
	}
	late := identify(t, browser, page)
	w.now.Advance(6 * time.Minute)
	if _, err := w.channel.Payer(ctx, &w.m, late); !errors.Is(err, payment.ErrWhoGone) {
		t.Errorf("a code of six minutes: %v", err)
	}

	o := w.order("L7-ABCDE1")
	if _, err := w.channel.InApp(ctx, &w.m, &o, notify, "oNobodyWhoIsKnownHere0000000"); !errors.Is(err, payment.ErrRefusedByChannel) {
		t.Errorf("an openid that is none: %v", err)
	}
	other, err := w.sim.Enrol("1900000110")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := w.sim.Authorise(other.App, "telephone")
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := w.channel.Payer(ctx, &payment.Merchant{App: other.App, AppSecret: other.Secret}, theirs)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.channel.InApp(ctx, &w.m, &o, notify, stranger); !errors.Is(err, payment.ErrRefusedByChannel) || !strings.Contains(err.Error(), "APPID_OPENID_NOT_MATCH") {
		t.Errorf("an openid of another app: %v", err)
	}
	prepay, err := w.channel.InApp(ctx, &w.m, &o, notify, who)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.channel.InApp(ctx, &w.m, &o, notify, who); err != nil || again != prepay {
		t.Errorf("the same order again: %q, %v", again, err)
	}
	w.invoke(t, browser, prepay)
	if trade, err := w.channel.Query(ctx, w.m, o.Number); err != nil || trade.State != payment.TradePaid || trade.Amount != o.Amount {
		t.Errorf("query: %+v, %v", trade, err)
	}
}

// invoke pays through the sheet that WeChat shows, which checks the signature
// and who stands there.
func (w *street) invoke(t *testing.T, browser *http.Client, prepay string) {
	t.Helper()
	signed, err := w.channel.Invoke(&w.m, prepay)
	if err != nil {
		t.Fatal(err)
	}
	sheet := func(browser *http.Client, change func(p map[string]string)) string {
		p := maps.Clone(signed)
		change(p)
		q := url.Values{}
		for name, v := range p {
			q.Set(name, v)
		}
		answer, err := browser.PostForm(w.host+"/jsapi?"+q.Encode(), url.Values{"do": {"pay"}})
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	same := func(map[string]string) {}
	for name, change := range map[string]func(map[string]string){
		"time":    func(p map[string]string) { p["timeStamp"] = "1" },
		"nonce":   func(p map[string]string) { p["nonceStr"] += "x" },
		"app":     func(p map[string]string) { p["appId"] = "wx0000000000000000" },
		"package": func(p map[string]string) { p["package"] += "0" },
		"kind":    func(p map[string]string) { p["signType"] = "MD5" },
	} {
		if text := sheet(browser, change); !strings.Contains(text, "get_brand_wcpay_request:fail") {
			t.Errorf("%s changed after signing: %s", name, text)
		}
	}
	if text := sheet(inside(t), same); !strings.Contains(text, "下单账号与支付账号不一致") {
		t.Errorf("somebody else's telephone: %s", text)
	}
	if text := sheet(browser, same); !strings.Contains(text, "get_brand_wcpay_request:ok") {
		t.Errorf("the payer: %s", text)
	}
}

// What goes wrong on the way must not tell the secret.
func TestSecretStaysOutOfErrors(t *testing.T) {
	w := open(t)
	down := httptest.NewServer(http.NotFoundHandler())
	down.Close()
	channel, err := wechat.New(wechat.Deps{Host: down.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := channel.Payer(t.Context(), &w.m, "c"); err == nil || strings.Contains(err.Error(), w.m.AppSecret) {
		t.Errorf("nobody answers: %v", err)
	}
}
