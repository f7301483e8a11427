package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// task is a command under one key that is repeated until its answer is known.
type task struct {
	Entry
	path, body string
	token      string // of somebody else than the person himself
	then       func(a *Entry)
}

// person works with one bad line. What he does not know he asks again under
// the same key, at once or later.
type person struct {
	*world
	name     string
	line     *line
	n        int
	pending  []*task
	receipts []Entry // acknowledged, neither void nor of a channel
	orders   []id.ID // not known to have ended
	given    int
}

func (w *world) newPerson(name string) *person {
	return &person{world: w, name: name, line: newLine(w.net.begin(lineClients), w.token)}
}

func (p *person) newTask(d Deed, subject id.ID, amount money.Fen, path string, in any) *task {
	p.n++
	body, err := json.Marshal(in)
	if err != nil {
		body = nil // answered 400, which the verifier names
	}
	return &task{Entry: Entry{Who: p.name, Deed: d, Key: fmt.Sprintf("%s-%d", p.name, p.n), Subject: subject, Amount: amount}, path: p.town.path(path), body: string(body)}
}

// do sends a task; now and then the button is clicked twice, or the answer is
// not waited for.
func (p *person) do(ctx context.Context, t *task) {
	clicks, patience := 1, 20*time.Second
	switch rand.IntN(10) {
	case 0, 1:
		clicks = 2
	case 2:
		patience = time.Duration(1+rand.IntN(60)) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answers := make([]Entry, clicks)
	var wg sync.WaitGroup
	for i := range answers {
		p.journal.write(t.Entry)
		wg.Go(func() { answers[i] = p.send(ctx, t) })
	}
	wg.Wait()
	for i := range answers {
		if answers[i].known() {
			p.given++
			if answers[i].Status < 300 && t.then != nil {
				t.then(&answers[i])
			}
			return
		}
	}
	p.count(&p.unknown)
	p.pending = append(p.pending, t)
}

func (p *person) send(ctx context.Context, t *task) Entry {
	l := *p.line
	if t.token != "" {
		l.token = t.token
	}
	r := l.call(ctx, http.MethodPost, t.path, t.Key, t.body)
	e := t.Entry
	e.Answered, e.Status, e.Replay = true, r.status, r.replay
	var a struct {
		ID      id.ID     `json:"id"`
		Number  string    `json:"number"`
		Amount  money.Fen `json:"amount"`
		State   string    `json:"state"`
		Version int       `json:"version"`
		Code    string    `json:"code"`
	}
	err := json.Unmarshal(r.body, &a)
	switch {
	case r.known() && r.status < 300 && err == nil:
		e.ID, e.Number, e.Got, e.State, e.Version = a.ID, a.Number, a.Amount, a.State, a.Version
	case r.known() && r.status < 300:
		e.Status = 0 // half an answer is none
	case r.known():
		e.Note = a.Code
	}
	if e.Replay {
		p.count(&p.replays)
	}
	p.journal.write(e)
	return e
}

// work goes on until ctx ends.
func (p *person) work(ctx context.Context) {
	for ctx.Err() == nil {
		switch dice := rand.IntN(20); {
		case len(p.pending) > 0 && dice < 9:
			p.again(context.WithoutCancel(ctx))
		case dice < 10:
			p.take(ctx)
		case dice < 14:
			p.online(ctx)
		case dice < 16:
			p.void(ctx)
		case dice < 18:
			p.refund(ctx)
		case len(p.orders) > 0:
			p.cancel(ctx, p.orders[rand.IntN(len(p.orders))])
		}
		pause(ctx, time.Duration(rand.IntN(30))*time.Millisecond)
	}
}

// again asks for the oldest unknown answer.
func (p *person) again(ctx context.Context) {
	t := p.pending[0]
	p.pending = p.pending[1:]
	p.do(ctx, t)
}

type shownSeat struct {
	Owed    money.Fen `json:"owed"`
	Prepaid money.Fen `json:"prepaid"`
}

// seat reads the counter of some room; few rooms, so that windows meet.
func (p *person) seat(ctx context.Context) (room id.ID, s shownSeat, ok bool) {
	room = p.town.rooms[rand.IntN(30)]
	r := p.line.call(ctx, http.MethodGet, p.town.path("/counter/"+room.String()), "", "")
	return room, s, r.status == http.StatusOK && json.Unmarshal(r.body, &s) == nil
}

// amount is what somebody gives: all, a part, or more than he owes.
func amount(owed money.Fen) money.Fen {
	switch {
	case owed == 0:
		return 100_00
	case rand.IntN(3) == 0:
		return 1 + rand.N(owed)
	case rand.IntN(5) == 0:
		return owed + 1 + rand.N(money.Fen(50_00))
	}
	return owed
}

// take takes cash, a card or a transfer; every part of the pay bears the key
// of the command, so that it can be found in the books.
func (p *person) take(ctx context.Context) {
	room, seat, ok := p.seat(ctx)
	if !ok {
		return
	}
	sum := amount(seat.Owed)
	t := p.newTask(TakeReceipt, room, sum, "/receipts", nil)
	methods := []string{"cash", "card", "transfer"}
	pays := []object{{"method": methods[rand.IntN(3)], "amount": sum, "reference": t.Key}}
	if sum > 1 && rand.IntN(3) == 0 {
		part := 1 + rand.N(sum-1)
		pays[0]["amount"] = sum - part
		pays = append(pays, object{"method": methods[rand.IntN(3)], "amount": part, "reference": t.Key})
	}
	body, err := json.Marshal(object{"room_id": room, "expected_owed": seat.Owed, "expected_prepaid": seat.Prepaid, "confirmed": true, "pays": pays})
	if err != nil {
		return
	}
	t.body = string(body)
	t.then = func(a *Entry) { p.receipts = append(p.receipts, *a) }
	p.do(ctx, t)
}

func (p *person) void(ctx context.Context) {
	if len(p.receipts) == 0 {
		return
	}
	r := p.receipts[rand.IntN(len(p.receipts))]
	p.do(ctx, p.newTask(VoidReceipt, r.ID, 0, "/receipts/"+r.ID.String()+"/void", object{"reason": "收错了"}))
}

// refund asks to give a part of a receipt back; a second person approves, and
// the first pays it out.
func (p *person) refund(ctx context.Context) {
	if len(p.receipts) == 0 {
		return
	}
	r := p.receipts[rand.IntN(len(p.receipts))]
	sum := 1 + rand.N(r.Got)
	ask := p.newTask(AskRefund, r.ID, sum, "/refunds", object{"kind": "part", "receipt_id": r.ID, "amount": sum, "method": "cash", "reason": "多收了"})
	ask.then = func(a *Entry) {
		decide := p.newTask(DecideRefund, a.ID, 0, "/refunds/"+a.ID.String()+"/decision", object{"approve": true, "version": a.Version})
		decide.token = p.town.boss
		decide.then = func(d *Entry) {
			pay := p.newTask(PayRefund, d.ID, 0, "/refunds/"+d.ID.String()+"/pay", object{"version": d.Version})
			p.pending = append(p.pending, pay)
		}
		p.pending = append(p.pending, decide)
	}
	p.do(ctx, ask)
}

// online shows a code; the payer pays with his telephone, or leaves.
func (p *person) online(ctx context.Context) {
	room, seat, ok := p.seat(ctx)
	if !ok {
		return
	}
	sum := amount(seat.Owed)
	t := p.newTask(OpenOrder, room, sum, "/orders", object{"channel": "wechat", "room_id": room, "amount": sum, "expected_owed": seat.Owed, "confirmed": true})
	t.then = func(a *Entry) {
		p.orders = append(p.orders, a.ID)
		if rand.IntN(6) > 0 {
			p.pay(ctx, a.ID)
		}
	}
	p.do(ctx, t)
}

type shownOrder struct {
	State  string `json:"state"`
	Number string `json:"number"`
	Code   string `json:"code"`
}

func (o *shownOrder) ended() bool {
	return o.State == "paid" || o.State == "closed" || o.State == "expired"
}

func (p *person) order(ctx context.Context, order id.ID) (o shownOrder, ok bool) {
	r := p.line.call(ctx, http.MethodGet, p.town.path("/orders/"+order.String()), "", "")
	return o, r.status == http.StatusOK && json.Unmarshal(r.body, &o) == nil
}

// pay waits for the code and presses the button on the payer's own telephone,
// whose network is none of ours; some press twice.
func (p *person) pay(ctx context.Context, order id.ID) {
	for range 25 {
		o, ok := p.order(ctx, order)
		if ok && o.Code != "" && o.State == "waiting" {
			_, code, _ := strings.Cut(o.Code, "pr=")
			for range 1 + rand.IntN(2) {
				p.press(ctx, code)
			}
			p.journal.write(Entry{Who: p.name, Deed: Pressed, ID: order, Number: o.Number})
			return
		}
		if ok && o.ended() || !pause(ctx, 150*time.Millisecond) {
			return
		}
	}
}

func (p *person) press(ctx context.Context, code string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.channel.address+"/pay/"+code, strings.NewReader(url.Values{"do": {"pay"}}.Encode()))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if res, err := p.phones.Do(req); err == nil {
		res.Body.Close()
	}
}

func (p *person) cancel(ctx context.Context, order id.ID) {
	p.do(ctx, p.newTask(CancelOrder, order, 0, "/orders/"+order.String()+"/cancel", object{}))
}

// settle repeats what is unknown, then ends every order: one that nothing has
// ended for a while is cancelled, and money that was faster counts.
func (p *person) settle(ctx context.Context) error {
	for len(p.pending) > 0 {
		p.again(ctx)
		if !pause(ctx, 10*time.Millisecond) {
			return fmt.Errorf("%s: %d commands were never answered", p.name, len(p.pending))
		}
	}
	asked := map[id.ID]time.Time{}
	for len(p.orders) > 0 || len(p.pending) > 0 {
		if len(p.pending) > 0 {
			p.again(ctx)
			continue
		}
		first := p.orders[0]
		p.orders = p.orders[1:]
		o, ok := p.order(ctx, first)
		if ok && o.ended() {
			continue
		}
		p.orders = append(p.orders, first)
		if at, seen := asked[first]; !seen || time.Since(at) > 40*time.Second {
			asked[first] = time.Now().Add(-20 * time.Second)
			if seen {
				p.cancel(ctx, first)
				asked[first] = time.Now()
			}
		}
		if !pause(ctx, 100*time.Millisecond) {
			return fmt.Errorf("%s: order %s never ended", p.name, first)
		}
	}
	return nil
}
