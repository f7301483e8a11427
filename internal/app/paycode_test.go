package app_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/paycode"
	"linli/internal/payment"
)

// tokenOf is what a QR code of a room holds behind the address.
func tokenOf(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || !strings.HasPrefix(u.Path, "/pay/") {
		t.Fatalf("link %q, %v", link, err)
	}
	return path.Base(u.Path)
}

var phone = actor.Actor{Address: "203.0.113.7"} // nobody, from somewhere

// payByCode pays what the fifth room owes with its code: the bill, two windows
// with one wish, the page of the channel, the receipt; then the room changes
// hands and the paper is worth nothing.
func (w *onlineWorld) payByCode(t *testing.T) {
	t.Helper()
	ctx, room, codes := t.Context(), w.rooms[4], w.app.Paycode
	c, err := codes.Issue(ctx, w.who, w.project, room)
	if err != nil {
		t.Fatal(err)
	}
	token := tokenOf(t, c.Link)
	b, err := codes.Bill(ctx, phone, token)
	if err != nil || b.Owed != onlineOwed || b.Payer != "住***" || b.Room != "3栋105" || len(b.Months) != 1 || !b.Choice || len(b.Ways) != 1 || !b.Ways[0].Phone || b.Order != nil {
		t.Fatalf("bill %+v, %v", b, err)
	}
	if e, err := codes.Explain(ctx, phone, token, b.Months[0].Charges[0].ID); err != nil || e.Amount != onlineOwed {
		t.Errorf("explained %+v, %v", e, err)
	}
	w.whomToRing(t, token)
	w.strangers(t, token)
	w.insideWeChat(t, token)
	ask := paycode.Ask{Channel: "wechat", Phone: true, Amount: onlineOwed, Key: "first-window"}
	o, err := codes.Pay(ctx, phone, token, ask)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"first-window", "second-window"} {
		again := ask
		again.Key = key
		if got, err := codes.Pay(ctx, phone, token, again); err != nil || got.ID != o.ID {
			t.Errorf("%s: %+v, %v", key, got, err)
		}
	}
	other := ask
	other.Amount, other.Key = 1, "first-window"
	if _, err := codes.Pay(ctx, phone, token, other); !errors.Is(err, payment.ErrOrderKey) {
		t.Errorf("the key for another amount: %v", err)
	}
	other.Key = "third-window"
	if _, err := codes.Pay(ctx, phone, token, other); !errors.Is(err, paycode.ErrPaying) {
		t.Errorf("another amount while one is open: %v", err)
	}
	w.drain(t)
	if o, err = codes.Order(ctx, phone, token, o.ID); err != nil || o.State != payment.OrderWaiting || !strings.HasPrefix(o.Page, w.url+"/h5/") {
		t.Fatalf("order %+v, %v", o, err)
	}
	page, err := url.Parse(o.Page)
	if err != nil || page.Query().Get("redirect_url") != c.Link+"?back=1" {
		t.Fatalf("page %q, %v", o.Page, err)
	}
	if err := w.sim.Pay("weixin://wxpay/bizpayurl?pr=" + path.Base(page.Path)); err != nil {
		t.Fatal(err)
	}
	w.later(t, time.Second)
	o, err = codes.Order(ctx, phone, token, o.ID)
	list := w.receipts(t, room)
	if err != nil || o.State != payment.OrderPaid || len(list) != 1 || o.Receipt != list[0].Number || list[0].CashierName != "缴费二维码" || len(o.Lines) != 1 || o.Page != "" {
		t.Fatalf("order %+v, receipts %+v, %v", o, list, err)
	}
	if broken, err := codes.Broken(ctx, w.project); err != nil || len(broken) > 0 {
		t.Errorf("broken %v, %v", broken, err)
	}
	if b, err = codes.Bill(ctx, phone, token); err != nil || b.Owed != 0 || b.Order == nil || b.Order.Receipt != o.Receipt {
		t.Errorf("bill afterwards %+v, %v", b, err)
	}
	if _, err := codes.Pay(ctx, phone, token, paycode.Ask{Channel: "wechat", Amount: 1, Key: "once-more"}); !errors.Is(err, paycode.ErrNothing) {
		t.Errorf("nothing is owed: %v", err)
	}
	w.changeHands(t, room, token)
}

// whomToRing stands on the paper and on the page, once somebody has set it; the
// paper names what can be paid with.
func (w *onlineWorld) whomToRing(t *testing.T, token string) {
	t.Helper()
	ctx := t.Context()
	ps, err := w.app.Cashier.PrintSetting(ctx, w.app.DB.Reader(ctx), w.project)
	if err != nil {
		t.Fatal(err)
	}
	ps.Phone = "0571-8765 4321"
	if _, err := w.app.Cashier.SetPrintSetting(ctx, w.who, w.project, ps); err != nil {
		t.Fatal(err)
	}
	if b, err := w.app.Paycode.Bill(ctx, phone, token); err != nil || b.Phone != ps.Phone {
		t.Errorf("the page says to ring %q, %v", b.Phone, err)
	}
	sheet, err := w.app.Paycode.Sheet(ctx, w.project, w.rooms[4])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{ps.Phone, "用微信支付付款"} {
		if !strings.Contains(string(sheet), want) {
			t.Errorf("the paper does not say %q", want)
		}
	}
}

// cancelTwice is a payer who has thought better of it, and whose telephone asks
// again because the answer got lost.
func (w *onlineWorld) cancelTwice(t *testing.T, token string) {
	t.Helper()
	ctx, codes := t.Context(), w.app.Paycode
	o, err := codes.Pay(ctx, phone, token, paycode.Ask{Channel: "wechat", Phone: true, Amount: onlineOwed, Key: "regretted"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		if _, err := codes.Cancel(ctx, phone, token, o.ID); err != nil {
			t.Errorf("cancelled for the %d. time: %v", n+1, err)
		}
		w.drain(t)
		if o, err = codes.Order(ctx, phone, token, o.ID); err != nil || o.State != payment.OrderClosed {
			t.Errorf("order %+v, %v", o, err)
		}
	}
}

// strangers try the code for what is not its room's.
func (w *onlineWorld) strangers(t *testing.T, token string) {
	t.Helper()
	ctx, codes := t.Context(), w.app.Paycode
	seat, err := w.app.Cashier.Seat(ctx, w.project, w.rooms[3])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := codes.Explain(ctx, phone, token, seat.Open[0].Charge); err == nil {
		t.Error("a charge of another room was explained")
	}
	counter := w.ask(t, w.rooms[3], 0)
	if o, err := codes.Order(ctx, phone, token, counter.ID); err == nil {
		t.Errorf("an order of the counter for another room: %+v", o)
	}
	if _, err := codes.Cancel(ctx, phone, token, counter.ID); err == nil {
		t.Error("an order of the counter was cancelled")
	}
	if _, err := w.app.Payment.CancelOrder(ctx, w.who, w.project, counter.ID, "试完"); err != nil {
		t.Fatal(err)
	}
	w.drain(t)
	w.cancelTwice(t, token)
	guesser := actor.Actor{Address: "203.0.113.9"}
	_, chance, _ := strings.Cut(token, ".")
	// Every guess differs from the code in its first character, so that none hits by chance.
	first := map[bool]string{true: "b", false: "a"}[chance[0] == 'a']
	for n := range 31 {
		_, err := codes.Bill(ctx, guesser, fmt.Sprintf("%d.%s%s%d", w.project, first, chance[1:len(chance)-2], n+10))
		if want := map[bool]error{true: paycode.ErrGone, false: paycode.ErrTooMany}[n < 30]; !errors.Is(err, want) {
			t.Fatalf("guess %d: %v", n, err)
		}
	}
	if _, err := codes.Bill(ctx, phone, "1."+chance); !errors.Is(err, paycode.ErrGone) {
		t.Errorf("the code under another project: %v", err)
	}
}

// changeHands gives the room to somebody else: paper of before opens nothing.
func (w *onlineWorld) changeHands(t *testing.T, room id.ID, token string) {
	t.Helper()
	ctx, codes, who := t.Context(), w.app.Paycode, actor.System("test")
	err := w.app.DB.Write(ctx, func(tx *db.Tx) error {
		lives, err := w.app.Estate.Occupants(ctx, tx, w.project, room, 0, true)
		if err != nil {
			return err
		}
		today := clock.DateOf(w.now.Now())
		if _, err = w.app.Estate.EndOccupant(ctx, tx, who, w.project, lives[0].ID, today.AddDays(-1)); err != nil {
			return err
		}
		next, err := w.app.Estate.CreatePerson(ctx, tx, who, w.project, estate.PersonInput{Name: "新业主", Kind: estate.KindPerson})
		if err != nil {
			return err
		}
		_, err = w.app.Estate.AddOccupant(ctx, tx, who, w.project, estate.Occupant{Room: room, Person: next, Part: estate.PartOwner, Since: today})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := codes.Bill(ctx, phone, token); !errors.Is(err, paycode.ErrGone) {
		t.Errorf("after the change of hands: %+v, %v", b, err)
	}
	if c, err := codes.Code(ctx, w.project, room); err != nil || c.State != paycode.Moved || c.Link != "" {
		t.Errorf("code %+v, %v", c, err)
	}
	next, err := codes.Issue(ctx, w.who, w.project, room)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := codes.Bill(ctx, phone, tokenOf(t, next.Link)); err != nil || b.Payer != "新**" {
		t.Errorf("bill of the next owner %+v, %v", b, err)
	}
	if err := codes.End(ctx, w.who, w.project, room, "住户要求停用"); err != nil {
		t.Fatal(err)
	}
	if _, err := codes.Bill(ctx, phone, tokenOf(t, next.Link)); !errors.Is(err, paycode.ErrGone) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := codes.Sheet(ctx, w.project, room); err == nil {
		t.Error("a code that has ended was printed")
	}
}

// payPublicly tries the public operations of pay codes on twins: a token opens
// its own room only.
func (w *matrixWorld) payPublicly(t *testing.T) {
	t.Helper()
	const pay = "/api/v1/pay/"
	ctx, who := t.Context(), actor.System("test")
	token := func(p *twin) (string, cashier.Open) {
		c, err := w.app.Paycode.Issue(ctx, who, p.ids["project"], p.ids["room"])
		if err != nil {
			t.Fatal(err)
		}
		seat, err := w.app.Cashier.Seat(ctx, p.ids["project"], p.ids["room"])
		if err != nil || len(seat.Open) == 0 {
			t.Fatalf("seat %+v, %v", seat, err)
		}
		return tokenOf(t, c.Link), seat.Open[0]
	}
	mine, own := token(&w.a)
	theirs, foreign := token(&w.b)
	_, chance, _ := strings.Cut(theirs, ".")
	order := w.b.ids["order"].String()
	for at, want := range map[string]int{
		mine: http.StatusOK, mine + "/charges/" + own.Charge.String(): http.StatusOK, mine + "/charges/" + foreign.Charge.String(): http.StatusNotFound,
		mine + "/orders/" + order: http.StatusNotFound, theirs + "/orders/" + order: http.StatusNotFound,
		mine + "/messages": http.StatusOK, w.a.ids["project"].String() + "." + chance + "/messages": http.StatusNotFound,
		w.a.ids["project"].String() + "." + chance: http.StatusNotFound, "nothing": http.StatusNotFound, w.a.ids["project"].String() + ".": http.StatusNotFound,
	} {
		if status, text := w.call(t, "", "GET", pay+at, "", ""); status != want || strings.Contains(text, w.b.canary) && !strings.HasPrefix(at, theirs) {
			t.Errorf("GET %s: %d, want %d: %s", at, status, want, text)
		}
	}
	if status, text := w.call(t, "", "POST", pay+mine+"/orders/"+order+"/cancel", "application/json", "{}"); status != http.StatusNotFound {
		t.Errorf("cancel of the other's order: %d %s", status, text)
	}
	if status, text := w.call(t, "", "POST", pay+mine+"/orders", "application/json", `{"channel":"wechat","phone":true,"amount":1}`); status != http.StatusUnprocessableEntity {
		t.Errorf("an order without key: %d %s", status, text)
	}
	// The counter's order is open on the room: nobody pays beside it.
	if status, text := w.call(t, "", "POST", pay+mine+"/orders", "application/json", `{"channel":"wechat","phone":true,"amount":1}`, "Idempotency-Key", "matrix-0001"); status != http.StatusConflict || !strings.Contains(text, "paycode_counter_busy") {
		t.Errorf("an order beside the counter's: %d %s", status, text)
	}
	if b, err := w.app.Paycode.Bill(ctx, actor.Actor{Address: "t"}, mine); err != nil || strings.Contains(fmt.Sprint(b), "138") {
		t.Errorf("bill %+v, %v", b, err)
	}
}
