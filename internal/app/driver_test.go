package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// order is one command under one key, and what was answered at last.
type order struct {
	key, path, body string
	amount          money.Fen // of a receipt to be taken
	receipt         id.ID     // to be made void
	tried           int
	lost            reply // an answer that did not get through
	answer          reply // status 0 while unknown
}

type takenReceipt struct {
	ID     id.ID     `json:"id"`
	Number string    `json:"number"`
	Amount money.Fen `json:"amount"`
}

// client is a window at the counter with a bad network.
type client struct {
	*drive
	name    string
	n       int
	pending []*order

	mu   sync.Mutex
	done []*order
}

func newClient(d *drive, i int) *client { return &client{drive: d, name: fmt.Sprintf("c%d", i)} }

func (c *client) answered() []*order {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.done)
}

// taken counts the acknowledged receipts.
func (c *client) taken() int {
	n := 0
	for _, o := range c.answered() {
		if o.receipt == 0 && o.answer.status < 300 {
			n++
		}
	}
	return n
}

// work takes payments until stop. What was not answered is repeated at once or
// later.
func (c *client) work(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		dice := rand.IntN(10)
		switch {
		case len(c.pending) > 0 && dice < 5:
			o := c.pending[0]
			c.pending = c.pending[1:]
			c.try(o)
		case dice == 9 && c.n > 0:
			if done := c.answered(); len(done) > 0 {
				c.again(done[rand.IntN(len(done))])
			}
		case dice == 8:
			c.void()
		default:
			c.take()
		}
	}
}

// settle repeats what is still unknown until everything is known.
func (c *client) settle() {
	for end := time.Now().Add(time.Minute); len(c.pending) > 0; {
		if time.Now().After(end) {
			c.t.Errorf("%d keys of %s were never answered", len(c.pending), c.name)
			return
		}
		o := c.pending[0]
		c.pending = c.pending[1:]
		c.try(o)
	}
}

// try sends an order; one in ten times the client gives up waiting almost at
// once, which the server does not know.
func (c *client) try(o *order) {
	patience := 20 * time.Second
	if rand.IntN(10) == 0 {
		patience = time.Duration(1+rand.IntN(25)) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	o.tried++
	r := c.call(ctx, "POST", o.path, o.key, o.body)
	if !r.unknown() && o.lost.status == 0 && rand.IntN(10) == 0 {
		o.lost, r = r, reply{} // the answer is lost on the way
	}
	if r.unknown() {
		c.count(&c.unknown)
		c.pending = append(c.pending, o)
		time.Sleep(20 * time.Millisecond)
		return
	}
	if o.lost.status != 0 && (r.status != o.lost.status || !bytes.Equal(r.body, o.lost.body)) {
		c.t.Errorf("key %s was first answered %d %s, then %d %s", o.key, o.lost.status, o.lost.body, r.status, r.body)
	}
	if r.replay {
		c.count(&c.saved)
		if o.tried == 1 {
			c.t.Errorf("%s: a key used for the first time was answered from memory", o.key)
		}
	}
	switch {
	case r.status == 401 || r.status == 429 || r.status == 404 || r.status == 400:
		c.t.Errorf("%s: %d %s", o.key, r.status, r.body)
	case r.status >= 300 && r.status != 409 && r.status != 422:
		c.t.Errorf("%s: %d %s", o.key, r.status, r.body)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	o.answer = r
	c.done = append(c.done, o)
}

// again repeats a key that was answered: it must be answered the same.
func (c *client) again(o *order) {
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	defer cancel()
	r := c.call(ctx, "POST", o.path, o.key, o.body)
	if r.unknown() {
		return
	}
	c.count(&c.replays)
	if !r.replay || r.status != o.answer.status || !bytes.Equal(r.body, o.answer.body) {
		c.t.Errorf("key %s was answered %d %s, and repeated %d %s", o.key, o.answer.status, o.answer.body, r.status, r.body)
	}
}

func (c *client) key() string {
	c.n++
	return fmt.Sprintf("%s-%d", c.name, c.n)
}

type shownSeat struct {
	Owed    money.Fen `json:"owed"`
	Prepaid money.Fen `json:"prepaid"`
	Charges []struct {
		Charge id.ID     `json:"charge_id"`
		Left   money.Fen `json:"left"`
	} `json:"charges"`
}

// take reads the counter and takes money: for some charges or for whatever is
// owed, part of it or more than it, with prepaid money where there is some.
func (c *client) take() {
	room := c.rooms[rand.IntN(45)] // few, so that windows meet
	var seat shownSeat
	r := c.call(c.t.Context(), "GET", c.path("/counter/"+room.String()), "", "")
	if r.status != 200 || json.Unmarshal(r.body, &seat) != nil {
		time.Sleep(10 * time.Millisecond)
		return
	}
	in := map[string]any{"room_id": room, "expected_owed": seat.Owed, "expected_prepaid": seat.Prepaid, "confirmed": true}
	owed := seat.Owed
	if len(seat.Charges) > 0 && rand.IntN(3) > 0 {
		var chosen []id.ID
		owed = 0
		from := seat.Charges
		if rand.IntN(2) == 0 { // the newest, which may be withdrawn this moment
			from = from[max(0, len(from)-drivenItems):]
		}
		for _, i := range rand.Perm(len(from))[:min(len(from), 1+rand.IntN(5))] {
			chosen = append(chosen, from[i].Charge)
			owed += from[i].Left
		}
		in["charge_ids"] = chosen
	}
	amount := owed
	switch rand.IntN(4) {
	case 0:
		amount = 1 + rand.N(owed+1)
	case 1:
		amount += 1 + rand.N(money.Fen(5000))
	}
	if amount == 0 {
		amount = 10000
	}
	if seat.Owed > 0 && amount > 3000_00 {
		amount = 3000_00 // a statutory share of a long debt has hundreds of lines
	}
	in["pays"] = c.pays(amount, min(seat.Prepaid, owed))
	body, err := json.Marshal(in)
	if err != nil {
		c.t.Error(err)
		return
	}
	c.try(&order{key: c.key(), path: c.path("/receipts"), body: string(body), amount: amount})
}

func (c *client) pays(amount, prepaid money.Fen) []map[string]any {
	var out []map[string]any
	if prepaid = min(prepaid, amount); prepaid > 0 && rand.IntN(2) == 0 {
		out = append(out, map[string]any{"method": "prepay", "amount": prepaid})
		amount -= prepaid
	}
	methods := []string{"cash", "card", "transfer"}
	if amount > 1 && rand.IntN(3) == 0 {
		part := 1 + rand.N(amount-1)
		out = append(out, map[string]any{"method": methods[rand.IntN(3)], "amount": part})
		amount -= part
	}
	if amount > 0 {
		out = append(out, map[string]any{"method": methods[rand.IntN(3)], "amount": amount, "reference": c.name})
	}
	return out
}

// void takes back a receipt of any window.
func (c *client) void() {
	done := c.clients[rand.IntN(len(c.clients))].answered()
	if len(done) == 0 {
		return
	}
	o := done[rand.IntN(len(done))]
	var r takenReceipt
	if o.receipt != 0 || o.answer.status >= 300 || json.Unmarshal(o.answer.body, &r) != nil {
		return
	}
	c.try(&order{key: c.key(), path: c.path("/receipts/" + r.ID.String() + "/void"), body: `{"reason":"收错了"}`, receipt: r.ID})
}

// runner charges one month after the other; two of them work on the same
// months.
type runner struct {
	*drive
	name  string
	n     int
	month clock.Month
}

type shownRun struct {
	ID      id.ID  `json:"id"`
	State   string `json:"state"`
	Version int    `json:"version"`
}

// work ends only with its last month finished.
func (r *runner) work(stop <-chan struct{}) {
	for {
		if r.charge() {
			r.month = r.month.Add(1)
			select {
			case <-stop:
				return
			default:
			}
		}
		if r.t.Failed() {
			return
		}
	}
}

// insist repeats a command under one key until its answer is known.
func (r *runner) insist(path, body string) reply {
	r.n++
	key := fmt.Sprintf("%s-%d", r.name, r.n)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
		got := r.call(ctx, "POST", path, key, body)
		cancel()
		if !got.unknown() {
			return got
		}
	}
	r.t.Errorf("%s was never answered", path)
	return reply{}
}

// until looks at a run until it is in one of the states.
func (r *runner) until(run id.ID, states ...string) (s shownRun) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(15 * time.Millisecond) {
		got := r.call(r.t.Context(), "GET", r.path("/runs/"+run.String()), "", "")
		if got.status == 200 && json.Unmarshal(got.body, &s) == nil && slices.Contains(states, s.State) {
			return s
		}
	}
	r.t.Errorf("run %s stays %s, waited for %v", run, s.State, states)
	return shownRun{}
}

// tell lets the killer know that a step has just begun.
func (r *runner) tell() {
	select {
	case r.begun <- struct{}{}:
	default:
	}
}

// charge starts a run, sometimes withdraws it, and releases it; true means
// that the month is finished.
func (r *runner) charge() bool {
	got := r.insist(r.path("/runs"), fmt.Sprintf(`{"month":%q}`, r.month))
	var s shownRun
	if got.status != 200 || json.Unmarshal(got.body, &s) != nil {
		if got.status != 409 { // 409: the other one is generating this month
			r.t.Errorf("start run of %s: %d %s", r.month, got.status, got.body)
		}
		time.Sleep(20 * time.Millisecond)
		return false
	}
	r.tell()
	s = r.until(s.ID, "draft", "empty")
	if s.State == "empty" {
		return true
	}
	if s.State == "" || (rand.IntN(4) == 0 && r.withdraw(s)) {
		return false
	}
	got = r.insist(r.path("/runs/"+s.ID.String()+"/release"), fmt.Sprintf(`{"version":%d}`, s.Version))
	if got.status != 200 {
		r.t.Errorf("release run of %s: %d %s", r.month, got.status, got.body)
		return false
	}
	r.tell()
	if s = r.until(s.ID, "released"); s.State == "" || (rand.IntN(2) == 0 && r.withdraw(s)) {
		return false
	}
	r.count(&r.runs)
	return true
}

// withdraw reports whether the run is gone; one that is paid stays.
func (r *runner) withdraw(s shownRun) bool {
	got := r.insist(r.path("/runs/"+s.ID.String()+"/withdraw"), fmt.Sprintf(`{"version":%d,"reason":"单价录错"}`, s.Version))
	if got.status != 200 {
		if got.status != 409 {
			r.t.Errorf("withdraw run of %s: %d %s", r.month, got.status, got.body)
		}
		return false
	}
	r.tell()
	r.until(s.ID, "withdrawn")
	r.count(&r.out)
	return true
}
