package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"linli/internal/app"
	"linli/internal/cashier"
	"linli/internal/invoice"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
	"linli/internal/meter"
	invoicesim "linli/internal/outside/invoice/sim"
	"linli/internal/outside/wechat/sim"
)

// street is what the killed server speaks to: WeChat Pay and a provider of
// invoices, which live on, and the address that they reach it at.
type street struct {
	pay      *sim.Sim
	cred     sim.Credentials
	provider *invoicesim.Sim
	payURL   string
	issueURL string
	front    string
}

// openStreet opens it beside a server.
func openStreet(t *testing.T, s *server) *street {
	t.Helper()
	w := &street{}
	quiet := slog.New(slog.DiscardHandler)
	var err error
	if w.pay, err = openWechat(t.TempDir(), s); err != nil {
		t.Fatal(err)
	}
	if w.cred, err = w.pay.Enrol(wechatShop); err != nil {
		t.Fatal(err)
	}
	if w.provider, err = invoicesim.Open(invoicesim.Options{Key: "key", Secret: "0123456789abcdef", Clock: s, Log: quiet}); err != nil {
		t.Fatal(err)
	}
	serve := func(h http.Handler) string {
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		return srv.URL
	}
	w.payURL, w.issueURL = serve(w.pay.Handler()), serve(w.provider.Handler())
	w.front = serve(&httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		if to, err := url.Parse(s.address()); err == nil {
			r.SetURL(to)
		}
	}})
	go w.pay.Run(t.Context())
	return w
}

// thinDesks tells whether too little has happened at the desks.
func (d *drive) thinDesks() bool {
	refunds, invoices, readings := d.shownDesks()
	return refunds < 3 || invoices < 3 || readings < 5
}

func (d *drive) shownDesks() (refunds, invoices, readings int) {
	for _, k := range d.desks {
		f, v, r := k.shown()
		refunds, invoices, readings = refunds+f, invoices+v, readings+r
	}
	return refunds, invoices, readings
}

// desk is somebody beside the counter: one gives money back through the
// channel, one has invoices issued, one reads meters. Each insists on every
// command until it is answered, and often sends it twice.
type desk struct {
	*drive
	street *street
	name   string
	boss   string // token of a second person
	meters []id.ID
	paid   []id.ID // receipts of money that came through the channel
	n      int

	mu       sync.Mutex
	refunds  map[id.ID]money.Fen
	invoices map[id.ID]bool
	readings map[id.ID]id.ID // by meter
}

// openDesks sets the three of them up.
func (d *drive) openDesks(w *street) {
	d.t.Helper()
	for _, name := range []string{"refunder", "issuer", "reader"} {
		d.desks = append(d.desks, &desk{drive: d, street: w, name: name, refunds: map[id.ID]money.Fen{}, invoices: map[id.ID]bool{}, readings: map[id.ID]id.ID{}})
	}
	d.desks[0].furnish()
}

// furnish sets the project up for the desks: merchant, provider, taxes, meters,
// and a second person who approves.
func (k *desk) furnish() {
	k.t.Helper()
	body := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			k.t.Fatal(err)
		}
		return string(b)
	}
	c := k.street.cred
	k.must("PUT", k.path("/merchants/wechat"), body(map[string]any{"number": c.Number, "app": c.App, "serial": c.Serial, "platform_serial": c.PlatformSerial,
		"platform_key": c.PlatformKey, "private_key": c.PrivateKey, "api_key": c.APIKey, "active": true, "version": 0}), nil)
	k.must("PUT", k.path("/invoice-seller"), body(map[string]any{"name": "安居物业服务有限公司", "tax_no": "91330106MA2CEXAM6D", "host": k.street.issueURL,
		"access_key": "key", "secret": "0123456789abcdef", "active": true, "small": false, "version": 0}), nil)
	var items struct{ Items []named }
	k.must("GET", k.path("/items"), "", &items)
	for _, i := range items.Items {
		k.must("PUT", k.path("/invoice-taxes/"+i.ID.String()), `{"from":"2020-01-01","rate":600,"simple":false,"lease":false,"code":"3040801010000000000","short":"企业管理服务"}`, nil)
	}
	k.must("POST", "/accounts", `{"name":"钱敏","login":"qianmin","password":"`+matrixPassword+`","grants":[{"project_id":null,"role":"admin"}]}`, nil)
	var session struct{ Token string }
	mine := k.token
	k.token = "" // signing in ends the session it is asked with
	k.must("POST", "/session", `{"login":"qianmin","password":"`+matrixPassword+`","bearer":true}`, &session)
	k.token = mine
	for _, other := range k.desks {
		other.boss = session.Token
	}
	for i, room := range k.rooms[:40] {
		var m named
		k.must("POST", k.path("/meters"), body(map[string]any{"number": fmt.Sprintf("W%04d", i), "digits": 5, "room_id": room, "kind": "water", "installed": "2026-01-01"}), &m)
		k.desks[2].meters = append(k.desks[2].meters, m.ID)
	}
	for i := range 6 {
		if receipt := k.pay(k.rooms[60+i]); receipt != 0 {
			k.paid = append(k.paid, receipt)
		}
	}
}

// insist sends a command until somebody answers; half of the time two clicks
// come at once. Whatever is answered is the same every time.
func (k *desk) insist(token, path string, in any) reply {
	k.n++
	key := fmt.Sprintf("%s-%05d", k.name, k.n)
	body, err := json.Marshal(in)
	if err != nil {
		k.t.Error(err)
		return reply{}
	}
	var first reply
	for end := time.Now().Add(time.Minute); first.status == 0 || rand.IntN(3) == 0; {
		if time.Now().After(end) {
			k.t.Errorf("%s was never answered", key)
			return reply{status: 503}
		}
		answers := make([]reply, 1+rand.IntN(2))
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = k.callAs(k.t.Context(), token, "POST", path, key, string(body)) })
		}
		wg.Wait()
		for _, r := range answers {
			switch {
			case r.unknown():
				time.Sleep(30 * time.Millisecond)
			case first.status == 0:
				first = r
			case r.status != first.status || !bytes.Equal(r.body, first.body):
				k.t.Errorf("%s was answered %d %s, and again %d %s", key, first.status, first.body, r.status, r.body)
			}
		}
	}
	return first
}

// shown is how much the desk has been told so far.
func (k *desk) shown() (refunds, invoices, readings int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.refunds), len(k.invoices), len(k.readings)
}

// read asks until somebody answers.
func (k *desk) read(path string, out any) bool {
	for range 200 {
		r := k.call(k.t.Context(), "GET", path, "", "")
		if !r.unknown() {
			return r.status == 200 && json.Unmarshal(r.body, out) == nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// workUntil does something again and again until stop.
func workUntil(stop <-chan struct{}, do func()) {
	for {
		select {
		case <-stop:
			return
		default:
			do()
			time.Sleep(40 * time.Millisecond) // the counters have the machine first
		}
	}
}

type onlineOrder struct {
	ID      id.ID  `json:"id"`
	State   string `json:"state"`
	Code    string `json:"code"`
	Receipt id.ID  `json:"receipt_id"`
}

// pay opens an order for a room, and the payer pays it as soon as there is a
// code.
func (k *desk) pay(room id.ID) (paid id.ID) {
	var seat shownSeat
	var o onlineOrder
	if !k.read(k.path("/counter/"+room.String()), &seat) {
		return 0
	}
	r := k.insist(k.token, k.path("/orders"), map[string]any{"channel": "wechat", "room_id": room, "amount": 100_00, "expected_owed": seat.Owed, "confirmed": true})
	if r.status != 201 || json.Unmarshal(r.body, &o) != nil {
		return 0
	}
	for range 60 {
		if !k.read(k.path("/orders/"+o.ID.String()), &o) {
			return 0
		}
		if o.State == "waiting" && o.Code != "" && k.street.pay.Pay(o.Code) == nil {
			o.Code = ""
		}
		if o.Receipt != 0 {
			return o.Receipt
		}
		time.Sleep(20 * time.Millisecond)
	}
	return 0
}

// giveBack lets a payment go back through the channel in parts that together
// are more than it was. The first payments came before the first kill.
func (k *desk) giveBack() {
	var receipt id.ID
	if len(k.paid) > 0 {
		receipt, k.paid = k.paid[0], k.paid[1:]
	} else {
		receipt = k.pay(k.rooms[70+rand.IntN(drivenRooms-70)])
	}
	for _, amount := range []money.Fen{60_00, 60_00, 40_00} {
		if receipt != 0 {
			k.ask(receipt, amount)
		}
	}
}

func (k *desk) ask(receipt id.ID, amount money.Fen) {
	var f struct {
		ID      id.ID `json:"id"`
		Version int   `json:"version"`
	}
	r := k.insist(k.token, k.path("/refunds"), map[string]any{"kind": "part", "receipt_id": receipt, "amount": amount, "original": true, "reason": "多收了"})
	if r.status != 201 || json.Unmarshal(r.body, &f) != nil {
		return
	}
	k.insist(k.boss, k.path("/refunds/"+f.ID.String()+"/decision"), map[string]any{"approve": true, "version": f.Version})
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refunds[f.ID] = amount
}

// issue has an invoice issued for a receipt of some window.
func (k *desk) issue() {
	k.street.provider.Tell([]invoicesim.Orders{{}, {}, {Lose: 1}, {Deaf: 1}, {Pending: 1}, {Refuse: "抬头有误", Times: 1}}[rand.IntN(6)])
	done := k.clients[rand.IntN(len(k.clients))].answered()
	if len(done) == 0 {
		time.Sleep(20 * time.Millisecond)
		return
	}
	o := done[rand.IntN(len(done))]
	var r takenReceipt
	if o.receipt != 0 || o.answer.status >= 300 || json.Unmarshal(o.answer.body, &r) != nil {
		return
	}
	var offer struct {
		Left money.Fen `json:"left"`
	}
	if !k.read(k.path("/invoice-offer?receipt_id="+r.ID.String()), &offer) || offer.Left == 0 {
		return
	}
	got := k.insist(k.token, k.path("/invoices"), map[string]any{"receipt_ids": []id.ID{r.ID}, "title": map[string]any{"name": "林晓峰", "company": false},
		"expected": offer.Left, "issue": rand.IntN(2) == 0})
	var list struct{ Items []named }
	if got.status != 201 || json.Unmarshal(got.body, &list) != nil {
		return
	}
	for _, v := range list.Items {
		k.mu.Lock()
		k.invoices[v.ID] = true
		k.mu.Unlock()
		k.insist(k.token, k.path("/invoice-batches"), map[string]any{"ids": []id.ID{v.ID}})
	}
}

// readMeter sends a reading as the phone page does, which sends what it has
// kept once more when it does not know whether it came.
func (k *desk) readMeter() {
	if len(k.readings) == len(k.meters) {
		time.Sleep(20 * time.Millisecond)
		return
	}
	at := k.meters[len(k.readings)]
	in := map[string]any{"meter_id": at, "date": "2026-11-21", "value": 1 + rand.IntN(300_0000)}
	var m named
	r := k.insist(k.token, k.path("/readings"), in)
	if r.status != 200 || json.Unmarshal(r.body, &m) != nil {
		k.t.Errorf("reading: %d %s", r.status, r.body)
	}
	k.mu.Lock()
	k.readings[at] = m.ID
	k.mu.Unlock()
	if r := k.insist(k.token, k.path("/readings"), in); r.status != 409 { // as if it were a new one
		k.t.Errorf("the same month was read twice: %d %s", r.status, r.body)
	}
}

// finish lets time pass until nothing is under way any more.
func (w *street) finish(t *testing.T, a *app.App, now *clock.Manual) {
	t.Helper()
	w.provider.Tell(invoicesim.Orders{})
	for range 8 {
		if err := a.Jobs.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		now.Advance(50 * time.Minute)
		w.pay.Deliver(context.Background())
	}
}

// compareDesks holds what was acknowledged, and the books of the street,
// against what is stored.
func (d *drive) compareDesks(a *app.App, w *street) {
	d.t.Helper()
	for _, k := range d.desks {
		for f, amount := range k.refunds {
			got, err := a.Cashier.Refund(d.t.Context(), d.project, f)
			if err != nil || got.Amount != amount || got.State != cashier.RefundPaid && got.State != cashier.RefundFailed && got.State != cashier.RefundAsked {
				d.t.Errorf("refund %s over %d: %+v, %v", f, amount, got, err)
			}
		}
		for v := range k.invoices {
			if got, err := a.Invoice.Invoice(d.t.Context(), d.project, v); err != nil || got.State == invoice.Issuing || got.State == invoice.Asked {
				d.t.Errorf("invoice %s is %s, %v", v, got.State, err)
			}
		}
		for at, r := range k.readings {
			list, err := a.Meter.Readings(d.t.Context(), a.DB.Reader(d.t.Context()), d.project, at)
			if err != nil || len(list) != 1 || list[0].ID != r || list[0].State == meter.Void {
				d.t.Errorf("meter %s: %+v, %v; told was %s", at, list, err, r)
			}
		}
	}
	d.compareMoney(a, w)
	d.compareInvoices(a, w)
}

// compareMoney: the book says of the channel what the channel says of itself.
func (d *drive) compareMoney(a *app.App, w *street) {
	d.t.Helper()
	took, n := w.pay.Captured(w.cred.Number)
	back, parts := w.pay.GivenBack(w.cred.Number)
	balances, err := a.Ledger.Balances(d.t.Context(), a.DB.Reader(d.t.Context()), d.project, 0)
	if err != nil || balances[ledger.Clearing] != money.Fen(took-back) {
		d.t.Errorf("the channel took %d in %d and gave back %d in %d, the book has %d, %v", took, n, back, parts, balances[ledger.Clearing], err)
	}
	list, err := a.Cashier.Refunds(d.t.Context(), d.project, cashier.RefundFilter{Request: page.Request{Limit: 200}, State: cashier.RefundPaid})
	var sum money.Fen
	for _, f := range list.Items {
		sum += f.Amount
	}
	if err != nil || sum != money.Fen(back) || len(list.Items) != parts || parts == 0 {
		d.t.Errorf("the channel gave back %d in %d, refunds over %d in %d say so, %v", back, parts, sum, len(list.Items), err)
	}
}

// compareInvoices: what the provider has issued is what we have, each once.
func (d *drive) compareInvoices(a *app.App, w *street) {
	d.t.Helper()
	theirs, ours := map[string]bool{}, map[string]bool{}
	for _, e := range w.provider.Invoices() {
		if e.State == "issued" {
			theirs[e.Invoice] = true
		}
	}
	for f := (invoice.Filter{Request: page.Request{Limit: 200}}); ; {
		list, err := a.Invoice.Invoices(d.t.Context(), d.project, f)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, v := range list.Items {
			if v.Number != "" && ours[v.Number] {
				d.t.Errorf("invoice %s is there twice", v.Number)
			}
			if ours[v.Number] = true; v.Number != "" && !theirs[v.Number] {
				d.t.Errorf("nobody has issued invoice %s", v.Number)
			}
		}
		if f.Cursor = list.Next; list.Next == "" {
			break
		}
	}
	for number := range theirs {
		if !ours[number] {
			d.t.Errorf("invoice %s was issued and is not ours", number)
		}
	}
	if len(theirs) == 0 {
		d.t.Error("no invoice was issued")
	}
}
