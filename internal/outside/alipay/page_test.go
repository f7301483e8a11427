package alipay_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/payment"
)

// browser is somebody at a computer; an answer is its status, text and address.
func browser(t *testing.T, method, address, do string) (int, string, *url.URL) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(url.Values{"do": {do}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Request.URL
}

// A computer's browser is sent to the cashier page by a signed address, logs in,
// pays and comes back; what was paid there is asked for, billed and given back
// like every other order.
func TestPageForAComputer(t *testing.T) {
	now := morning()
	w, ctx := open(t, now), t.Context()
	shop := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		io.WriteString(rw, strings.Join([]string{"back", q.Get("back"), q.Get("method"), q.Get("out_trade_no"), q.Get("total_amount")}, " "))
	}))
	t.Cleanup(shop.Close)
	o := w.order("L7_ABCDE1")
	page, err := w.channel.Page(ctx, w.m, o, notify, shop.URL+"/pay/1.x?back=1")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(page)
	if err != nil || u.Query().Get("method") != "alipay.trade.page.pay" || !strings.Contains(u.Query().Get("biz_content"), `"product_code":"FAST_INSTANT_TRADE_PAY"`) || strings.Contains(page, "seller_id") {
		t.Errorf("asked for %s, %v", page, err)
	}
	for name, changed := range map[string]string{"amount": strings.Replace(page, "250.60", "0.01", 1), "product": strings.Replace(page, "FAST_INSTANT_TRADE_PAY", "QUICK_WAP_WAY", 1),
		"notification": strings.Replace(page, "wy.example.cn", "evil.example", 1), "method": strings.Replace(page, "page.pay", "wap.pay", 1)} {
		if status, _, _ := browser(t, http.MethodGet, changed, ""); status != http.StatusForbidden || changed == page {
			t.Errorf("another %s in the address: %d", name, status)
		}
	}
	status, text, at := browser(t, http.MethodGet, page, "")
	if status != http.StatusOK || !strings.Contains(text, "250.60") || !strings.Contains(text, "登录") {
		t.Fatalf("the page: %d at %s", status, at.Path)
	}
	if _, err := w.channel.Query(ctx, w.m, o.Number); !errors.Is(err, payment.ErrNotScanned) {
		t.Errorf("before anybody logged in: %v", err)
	}
	if err := w.channel.Close(ctx, w.m, o.Number); !errors.Is(err, payment.ErrNotScanned) {
		t.Errorf("closed before anybody logged in: %v", err)
	}
	if _, text, _ := browser(t, http.MethodPost, at.String(), "login"); !strings.Contains(text, "确认付款") {
		t.Error("nothing to pay after logging in")
	}
	if trade, err := w.channel.Query(ctx, w.m, o.Number); err != nil || trade.State != payment.TradeOpen {
		t.Errorf("after logging in: %+v, %v", trade, err)
	}
	if _, text, _ := browser(t, http.MethodPost, at.String(), "poor"); !strings.Contains(text, "余额不足") {
		t.Error("no word of the failed payment")
	}
	if _, text, _ := browser(t, http.MethodPost, at.String(), "pay"); text != "back 1 alipay.trade.page.pay.return L7_ABCDE1 250.60" {
		t.Errorf("after paying: %q", text)
	}
	if _, text, _ := browser(t, http.MethodGet, at.String(), ""); !strings.HasPrefix(text, "back 1") {
		t.Errorf("the page opened again: %q", text)
	}
	trade, err := w.channel.Query(ctx, w.m, o.Number)
	if err != nil || trade.State != payment.TradePaid || trade.Amount != 250_60 {
		t.Fatalf("query: %+v, %v", trade, err)
	}
	back, err := w.channel.Refund(ctx, w.m, payment.Refund{Number: "T7-1", Transaction: trade.Transaction, OrderNumber: o.Number, Captured: 250_60, Amount: 50_60, Title: "退款"}, "")
	if err != nil || back.State != payment.BackDone {
		t.Errorf("refund: %+v, %v", back, err)
	}
	now.Set(clock.Date(20261122).Start().Add(11 * time.Hour))
	totals, err := w.channel.Bill(ctx, w.m, 20261121, func(payment.BillLine) error { return nil })
	if err != nil || totals.Lines != 2 || totals.Amount != 250_60 || totals.Back != 50_60 {
		t.Errorf("bill: %+v, %v", totals, err)
	}
}

// The code of the cashier page is paid with a telephone, and the page goes back
// by itself; one that is cancelled after the login can be paid no more.
func TestPageForAComputerByTelephone(t *testing.T) {
	w, ctx := open(t, morning()), t.Context()
	open := func(number string) *url.URL {
		page, err := w.channel.Page(ctx, w.m, w.order(number), notify, "http://127.0.0.1:1/pay/1.x")
		if err != nil {
			t.Fatal(err)
		}
		_, _, at := browser(t, http.MethodGet, page, "")
		return at
	}
	at := open("L7_ABCDE2")
	if err := w.sim.Pay("https://qr.alipay.com/" + strings.TrimPrefix(at.Path, "/desk/")); err != nil {
		t.Fatal(err)
	}
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := stay.Get(at.String())
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || !strings.Contains(to, "out_trade_no=L7_ABCDE2") || !strings.Contains(to, "sign=") {
		t.Errorf("after the telephone has paid: %d %s", res.StatusCode, to)
	}
	at = open("L7_ABCDE3")
	browser(t, http.MethodPost, at.String(), "login")
	if err := w.channel.Close(ctx, w.m, "L7_ABCDE3"); err != nil {
		t.Error(err)
	}
	if _, text, _ := browser(t, http.MethodPost, at.String(), "pay"); !strings.Contains(text, "交易关闭") {
		t.Errorf("paid after it was closed: %q", text)
	}
	if _, paid := w.sim.Captured(pid); paid != 1 {
		t.Errorf("%d orders are paid", paid)
	}
}
