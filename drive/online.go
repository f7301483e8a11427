package drive

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// online is a payment that came through a channel.
type online struct {
	at      *place
	receipt id.ID
	number  string // of the order
	amount  money.Fen
}

// code is what a payer has in his hand.
type code struct{ channel, where string }

type shownOrder struct {
	ID      id.ID     `json:"id"`
	State   string    `json:"state"`
	Number  string    `json:"number"`
	Channel string    `json:"channel"`
	Amount  money.Fen `json:"amount"`
	Code    string    `json:"code"`
	Page    string    `json:"page"`
	Receipt id.ID     `json:"receipt_id"`
}

func (o *shownOrder) ended() bool {
	return o.State == "paid" || o.State == "closed" || o.State == "expired"
}

// order reads an order as the staff sees it, and the page of one that a
// telephone pays as its payer does.
func (p *person) order(ctx context.Context, h held) (o shownOrder, ok bool) {
	staff := *p.line
	staff.token = p.token
	r := staff.call(ctx, http.MethodGet, h.at.path("/orders/"+h.id.String()), "", "")
	if r.status != http.StatusOK || json.Unmarshal(r.body, &o) != nil {
		return o, false
	}
	if h.page != "" && o.State == "waiting" && o.Code == "" {
		var seen shownOrder
		nobody := *p.line
		nobody.token = ""
		if r := nobody.call(ctx, http.MethodGet, h.page, "", ""); r.status == http.StatusOK && json.Unmarshal(r.body, &seen) == nil {
			o.Page = seen.Page
		}
	}
	return o, true
}

// someChannel is one of those that a project has opened.
func someChannel() string { return []string{wechat, alipay}[rand.IntN(2)] }

// online shows a code; the payer pays with his telephone, or leaves.
func (p *person) online(ctx context.Context) {
	at, room, seat, ok := p.seat(ctx)
	if !ok {
		return
	}
	sum, by := amount(seat.Owed), someChannel()
	t := p.newTask(OpenOrder, at, room, sum, "/orders", object{"channel": by, "room_id": room, "amount": sum, "expected_owed": seat.Owed, "confirmed": true})
	t.Channel = by
	t.then = func(a *Entry) { p.opened(ctx, held{at: at, id: a.ID}) }
	p.do(ctx, t)
}

// scan takes the money of the code that the payer's telephone shows. An answer
// that is lost, or a payer who does not agree, ends with the payment taken back.
func (p *person) scan(ctx context.Context) {
	at, room, seat, ok := p.seat(ctx)
	by := someChannel()
	shown := p.channels[by].show(ctx)
	if !ok || shown == "" {
		return
	}
	sum := amount(seat.Owed)
	t := p.newTask(OpenOrder, at, room, sum, "/orders", object{"channel": by, "room_id": room, "amount": sum, "expected_owed": seat.Owed, "confirmed": true, "payer_code": shown})
	t.Channel, t.Note = by, "scanned"
	t.then = func(a *Entry) { p.orders = append(p.orders, held{at: at, id: a.ID}) }
	p.do(ctx, t)
}

// opened remembers an order, and most payers pay it.
func (p *person) opened(ctx context.Context, h held) {
	p.orders = append(p.orders, h)
	if rand.IntN(6) > 0 {
		p.pay(ctx, h)
	}
}

// pay waits for the code and presses the button on the payer's own telephone;
// some press twice, some only look, some come back after the order was closed.
func (p *person) pay(ctx context.Context, h held) {
	for range 25 {
		o, ok := p.order(ctx, h)
		if where := o.Code + o.Page; ok && where != "" && o.State == "waiting" {
			c := code{o.Channel, where}
			switch rand.IntN(8) {
			case 0:
				p.channels[c.channel].press(ctx, where, "look")
			case 1:
				p.late = append(p.late, c)
			default:
				for range 1 + rand.IntN(2) {
					p.channels[c.channel].press(ctx, where, "pay")
				}
			}
			p.journal.write(Entry{Who: p.name, Deed: Pressed, Project: h.at.project, Channel: o.Channel, ID: h.id, Number: o.Number})
			return
		}
		if ok && o.ended() || !pause(ctx, 150*time.Millisecond) {
			return
		}
	}
}

// look reads what became of an order; what was paid may go back.
func (p *person) look(ctx context.Context) {
	if len(p.late) > 0 && rand.IntN(3) == 0 {
		c := p.late[0]
		p.late = p.late[1:]
		p.channels[c.channel].press(ctx, c.where, "pay")
		return
	}
	n := rand.IntN(len(p.orders))
	h := p.orders[n]
	o, ok := p.order(ctx, h)
	switch {
	case !ok:
	case !o.ended():
		if h.tries++; h.tries > 6 && rand.IntN(3) == 0 {
			p.cancel(ctx, h)
		}
		p.orders[n] = h
	default:
		p.orders = append(p.orders[:n], p.orders[n+1:]...)
		if o.Receipt != 0 {
			p.remember(online{h.at, o.Receipt, o.Number, o.Amount})
		}
	}
}

func (w *world) remember(o online) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, known := w.receipts[o.receipt]; known {
		return
	}
	w.receipts[o.receipt] = struct{}{}
	w.paid = append(w.paid, o)
}

// recent is one of the newest payments, so that several people meet over it.
func (w *world) recent() (online, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.paid) == 0 {
		return online{}, false
	}
	o := w.paid[len(w.paid)-1-rand.IntN(min(len(w.paid), 5))]
	w.asked[o.number] = true
	return o, true
}

// giveBack lets a channel give back what came through it: a part, all of it, or
// money that came twice. Several attempts at once may ask for more than came.
func (p *person) giveBack(ctx context.Context) {
	if len(p.backs) > 0 && rand.IntN(3) == 0 {
		p.tryAgain(ctx)
		return
	}
	if rand.IntN(5) == 0 {
		p.giveBackTwice(ctx)
		return
	}
	o, ok := p.recent()
	if !ok {
		return
	}
	if rand.IntN(6) == 0 {
		p.ask(ctx, o.at, o.receipt, o.amount, object{"kind": "red", "receipt_id": o.receipt, "reason": "重新收"})
		return
	}
	for range 1 + rand.IntN(2) {
		sum := o.amount
		if rand.IntN(3) > 0 {
			sum = 1 + rand.N(o.amount)
		}
		p.ask(ctx, o.at, o.receipt, sum, object{"kind": "part", "receipt_id": o.receipt, "original": true, "reason": "多收了"})
	}
}

// giveBackTwice asks for money to go back that came although nothing was to be
// paid.
func (p *person) giveBackTwice(ctx context.Context) {
	at := p.somewhere()
	var list struct {
		Items []struct {
			ID     id.ID     `json:"id"`
			Number string    `json:"number"`
			Amount money.Fen `json:"amount"`
		} `json:"items"`
	}
	r := p.line.call(ctx, http.MethodGet, at.path("/refund-candidates?state=open"), "", "")
	if r.status != http.StatusOK || json.Unmarshal(r.body, &list) != nil || len(list.Items) == 0 {
		return
	}
	c := list.Items[rand.IntN(len(list.Items))]
	p.mu.Lock()
	p.asked[c.Number] = true
	p.mu.Unlock()
	p.ask(ctx, at, c.ID, c.Amount, object{"kind": "candidate", "candidate_id": c.ID, "reason": "付了两次"})
}

// tryAgain asks once more for a refund that the channel did not make.
func (p *person) tryAgain(ctx context.Context) {
	n := rand.IntN(len(p.backs))
	h := p.backs[n]
	var f struct {
		State   string    `json:"state"`
		Amount  money.Fen `json:"amount"`
		Version int       `json:"version"`
	}
	r := p.line.call(ctx, http.MethodGet, h.at.path("/refunds/"+h.id.String()), "", "")
	if r.status != http.StatusOK || json.Unmarshal(r.body, &f) != nil || f.State == "sent" {
		return
	}
	p.backs = append(p.backs[:n], p.backs[n+1:]...)
	if f.State != "failed" {
		return
	}
	in := object{"original": true, "version": f.Version}
	if rand.IntN(3) == 0 {
		in = object{"method": "transfer", "version": f.Version}
	}
	t := p.newTask(AskRefund, h.at, h.id, f.Amount, "/refunds/"+h.id.String()+"/again", in)
	t.then = func(a *Entry) { p.decideLater(h.at, a) }
	p.do(ctx, t)
}

func (p *person) cancel(ctx context.Context, h held) {
	path := "/orders/" + h.id.String() + "/cancel"
	t := p.newTask(CancelOrder, h.at, h.id, 0, path, object{})
	if h.page != "" {
		t.Deed, t.path = CancelByCode, h.page+"/cancel"
	}
	p.do(ctx, t)
}

// visit is a resident who scans the code on his letter: he sees what he owes
// and pays it in three taps, in this browser or with another telephone.
func (p *person) visit(ctx context.Context) {
	at := p.somewhere()
	room := at.rooms[rand.IntN(len(at.rooms)/2)]
	page := "/pay/" + at.codes[room]
	var bill struct {
		Owed  money.Fen `json:"owed"`
		Order *struct {
			ID    id.ID  `json:"id"`
			State string `json:"state"`
		} `json:"order"`
		Months []struct {
			Month string    `json:"month"`
			Sum   money.Fen `json:"sum"`
		} `json:"months"`
	}
	nobody := *p.line
	nobody.token = ""
	r := nobody.call(ctx, http.MethodGet, page, "", "")
	if r.status != http.StatusOK || json.Unmarshal(r.body, &bill) != nil || bill.Owed == 0 {
		return
	}
	if o := bill.Order; o != nil && (o.State == "created" || o.State == "waiting") {
		p.pay(ctx, held{at: at, id: o.ID, page: page + "/orders/" + o.ID.String()})
		return
	}
	sum, by := bill.Owed, someChannel()
	in := object{"channel": by, "phone": rand.IntN(3) > 0, "amount": sum}
	if len(bill.Months) > 1 && rand.IntN(3) == 0 {
		sum = bill.Months[0].Sum
		in["months"], in["amount"] = []string{bill.Months[0].Month}, sum
	}
	t := p.newTask(PayByCode, at, room, sum, "", in)
	t.Channel, t.path = by, page+"/orders"
	t.then = func(a *Entry) {
		p.opened(ctx, held{at: at, id: a.ID, page: page + "/orders/" + a.ID.String()})
	}
	p.do(ctx, t)
}

// tokenOf is what the QR code of a room holds behind the address.
func tokenOf(link string) string {
	_, rest, _ := strings.Cut(link, "/pay/")
	token, _, _ := strings.Cut(rest, "?")
	return token
}
