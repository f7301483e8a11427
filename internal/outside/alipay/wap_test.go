package alipay_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"linli/internal/payment"
)

// A telephone's browser is sent to Alipay by a signed address and comes back.
func TestPageForATelephone(t *testing.T) {
	w, ctx := open(t, morning()), t.Context()
	shop := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Write([]byte("back at " + r.URL.Query().Get("out_trade_no")))
	}))
	t.Cleanup(shop.Close)
	get := func(method, address, do string) (int, string, *url.URL) {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(url.Values{"do": {do}}.Encode()))
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
		b := make([]byte, 1<<16)
		n, _ := res.Body.Read(b)
		return res.StatusCode, string(b[:n]), res.Request.URL
	}
	page, err := w.channel.H5(ctx, w.m, w.order("L7_ABCDE1"), notify, shop.URL+"/pay/1.x")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.channel.H5(ctx, w.m, w.order("L7_ABCDE1"), notify, shop.URL+"/pay/1.x"); err != nil || again == "" {
		t.Errorf("again: %v", err)
	}
	if status, _, _ := get(http.MethodGet, strings.Replace(page, "250.60", "0.01", 1), ""); status != http.StatusForbidden {
		t.Errorf("a changed address: %d", status)
	}
	status, text, at := get(http.MethodGet, page, "")
	if status != http.StatusOK || !strings.Contains(text, "250.60") {
		t.Fatalf("the page: %d at %s", status, at.Path)
	}
	if _, text, _ := get(http.MethodPost, at.String(), "poor"); !strings.Contains(text, "余额不足") {
		t.Error("no word of the failed payment")
	}
	if _, text, _ := get(http.MethodPost, at.String(), "pay"); text != "back at L7_ABCDE1" {
		t.Errorf("after paying: %q", text)
	}
	if trade, err := w.channel.Query(ctx, w.m, "L7_ABCDE1"); err != nil || trade.State != payment.TradePaid || trade.Amount != 250_60 {
		t.Errorf("query: %+v, %v", trade, err)
	}
	other, err := w.channel.H5(ctx, w.m, w.order("L7_ABCDE2"), notify, shop.URL+"/pay/1.x")
	if err != nil {
		t.Fatal(err)
	}
	_, _, at = get(http.MethodGet, other, "")
	if _, text, _ := get(http.MethodPost, at.String(), "cancel"); text != "back at " {
		t.Errorf("after leaving: %q", text)
	}
}
