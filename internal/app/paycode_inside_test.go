package app_test

import (
	"errors"
	"strings"
	"testing"

	"linli/internal/kit/id"
	"linli/internal/paycode"
	"linli/internal/payment"
)

// insideWeChat opens an order in WeChat's own browser: who pays is told by
// WeChat, the page holds a ticket that it cannot make, and what it hands to the
// browser is signed for that payer. The order is cancelled in the end.
func (w *onlineWorld) insideWeChat(t *testing.T, token string) {
	t.Helper()
	ctx, codes := t.Context(), w.app.Paycode
	b, err := codes.Bill(ctx, phone, token)
	if err != nil || !strings.HasPrefix(b.Ways[0].Identify, w.url+"/connect/oauth2/authorize?appid="+w.cred.App+"&redirect_uri=http") {
		t.Fatalf("bill %+v, %v", b.Ways, err)
	}
	who := func(telephone string) (code, ticket string) {
		code, err := w.sim.Authorise(w.cred.App, telephone)
		if err != nil {
			t.Fatal(err)
		}
		if ticket, err = codes.Who(ctx, phone, token, "wechat", code); err != nil || strings.Contains(ticket, "o") && len(ticket) < 60 {
			t.Fatalf("ticket %q, %v", ticket, err)
		}
		return code, ticket
	}
	code, mine := who("telephone")
	_, theirs := who("other")
	if _, err := codes.Who(ctx, phone, token, "wechat", code); !errors.Is(err, paycode.ErrWhoGone) {
		t.Errorf("a code again: %v", err)
	}
	if _, err := codes.Who(ctx, phone, token, "alipay", code); !errors.Is(err, payment.ErrNoMerchant) {
		t.Errorf("a channel that the project has not: %v", err)
	}
	ask := paycode.Ask{Channel: "wechat", Phone: true, Ticket: mine, Amount: onlineOwed, Key: "inside-1"}
	for name, forged := range map[string]string{"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "changed": mine[:len(mine)-2] + "AA"} {
		bad := ask
		if bad.Ticket = forged; bad.Ticket == mine {
			continue
		}
		if _, err := codes.Pay(ctx, phone, token, bad); !errors.Is(err, paycode.ErrWhoGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o, err := codes.Pay(ctx, phone, token, ask)
	if err != nil || !o.Inside || o.Invoke != nil {
		t.Fatalf("order %+v, %v", o, err)
	}
	w.drain(t)
	if o, err = codes.Order(ctx, phone, token, o.ID); err != nil || o.State != payment.OrderWaiting || o.Page != "" || o.Code != "" || len(o.Invoke) != 6 {
		t.Fatalf("order %+v, %v", o, err)
	}
	if _, err := w.sim.Invoke(o.Invoke, "telephone"); err != nil {
		t.Errorf("the payer: %v", err)
	}
	if _, err := w.sim.Invoke(o.Invoke, "other"); err == nil {
		t.Error("somebody else paid")
	}
	ask.Key = "inside-2"
	if again, err := codes.Pay(ctx, phone, token, ask); err != nil || again.ID != o.ID {
		t.Errorf("another window of the payer: %v", err)
	}
	for key, ticket := range map[string]string{"inside-3": theirs, "inside-4": ""} {
		other := ask
		other.Key, other.Ticket = key, ticket
		if _, err := codes.Pay(ctx, phone, token, other); !errors.Is(err, paycode.ErrPaying) {
			t.Errorf("%s while one is open: %v", key, err)
		}
	}
	if _, err := codes.Cancel(ctx, phone, token, o.ID); err != nil {
		t.Fatal(err)
	}
	w.drain(t)
	if o, err = codes.Order(ctx, phone, token, o.ID); err != nil || o.State != payment.OrderClosed || o.Invoke != nil {
		t.Errorf("cancelled %+v, %v", o, err)
	}
}

// Who pays is asked by the app of the merchant who gets the money, not by that
// of the default one: WeChat names a payer differently to each.
func TestInsideFollowsWhoGetsTheMoney(t *testing.T) {
	t.Parallel()
	online(t, func(t *testing.T, w *onlineWorld) {
		ctx, codes := t.Context(), w.app.Paycode
		branch, err := w.sim.Enrol(wechatBranch)
		if err != nil {
			t.Fatal(err)
		}
		m := merchantOf(branch)
		m.Name = "物业费商户"
		if m, err = w.app.Payment.AddMerchant(ctx, w.who, w.project, m); err != nil {
			t.Fatal(err)
		}
		items, err := w.app.Tariff.Items(ctx, w.app.DB.Reader(ctx), w.project)
		if err == nil {
			err = w.app.Payment.BindItems(ctx, w.who, w.project, m.ID, []id.ID{items[0].ID})
		}
		if err != nil || branch.App == w.cred.App {
			t.Fatalf("apps %s and %s, %v", branch.App, w.cred.App, err)
		}
		c, err := codes.Issue(ctx, w.who, w.project, w.rooms[5])
		if err != nil {
			t.Fatal(err)
		}
		token := tokenOf(t, c.Link)
		b, err := codes.Bill(ctx, phone, token)
		if err != nil || !strings.Contains(b.Ways[0].Identify, "appid="+branch.App+"&") {
			t.Fatalf("bill %+v, %v", b.Ways, err)
		}
		wrong, err := w.sim.Authorise(w.cred.App, "telephone")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := codes.Who(ctx, phone, token, "wechat", wrong); err == nil {
			t.Error("a code for the app of the default merchant was taken")
		}
		code, err := w.sim.Authorise(branch.App, "telephone")
		if err != nil {
			t.Fatal(err)
		}
		ticket, err := codes.Who(ctx, phone, token, "wechat", code)
		if err != nil {
			t.Fatal(err)
		}
		o, err := codes.Pay(ctx, phone, token, paycode.Ask{Channel: "wechat", Phone: true, Ticket: ticket, Amount: onlineOwed, Key: "inside-branch"})
		if err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		if o, err = codes.Order(ctx, phone, token, o.ID); err != nil || o.Invoke["appId"] != branch.App {
			t.Fatalf("order %+v, %v", o, err)
		}
		if at := w.order(t, o.ID); at.Merchant != wechatBranch {
			t.Errorf("the money goes to %s", at.Merchant)
		}
		m.Products = payment.ProductCode
		if _, err := w.app.Payment.SetMerchant(ctx, w.who, w.project, m); err != nil {
			t.Fatal(err)
		}
		if b, err = codes.Bill(ctx, phone, token); err != nil || b.Ways[0].Identify != "" {
			t.Errorf("he has not opened JSAPI: %+v, %v", b.Ways, err)
		}
	})
}
