package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
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
	asked      int       // how often
	next       time.Time // not earlier
}

// patience is how long somebody waits before he asks once more: a server that
// is down for seconds is not asked a thousand times, and one that is back is
// asked within half a second.
func (t *task) patience() time.Duration {
	return min(10*time.Millisecond<<min(t.asked, 6), 500*time.Millisecond)
}

// person works with one bad line. What he does not know he asks again under
// the same key, at once or later.
type person struct {
	*world
	name     string
	guest    bool // a resident, who is nobody to the server
	line     *line
	n        int
	pending  []*task
	receipts []Entry // acknowledged, neither void nor of a channel
	orders   []held  // not known to have ended
	backs    []held  // refunds by a channel that may have failed
	late     []code  // codes that somebody still holds in his hand
	given    int
}

// held is something of a project that somebody waits for.
type held struct {
	at    *place
	id    id.ID
	page  string // path to read it without login, of an order by a pay code
	tries int
}

func (w *world) newPerson(name string) *person {
	return &person{world: w, name: name, line: newLine(w.net.begin(lineClients), w.token)}
}

// somewhere is the first project, or now and then the second.
func (p *person) somewhere() *place { return p.town.places[min(rand.IntN(4), 3)/3] }

func (p *person) newTask(d Deed, at *place, subject id.ID, amount money.Fen, path string, in any) *task {
	p.n++
	body, err := json.Marshal(in)
	if err != nil {
		body = nil // answered 400, which the verifier names
	}
	return &task{Entry: Entry{Who: p.name, Deed: d, Project: at.project, Key: fmt.Sprintf("%s-%05d", p.name, p.n), Subject: subject, Amount: amount}, path: at.path(path), body: string(body)}
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
	if t.asked++; t.asked == 1 {
		p.count(&p.unknown)
	} else {
		p.count(&p.asks)
	}
	t.next = time.Now().Add(t.patience())
	p.pending = append(p.pending, t)
}

func (p *person) send(ctx context.Context, t *task) Entry {
	l := *p.line
	if t.token != "" {
		l.token = t.token
	}
	if t.Deed == PayByCode || p.guest {
		l.token = ""
	}
	r := l.call(ctx, http.MethodPost, t.path, t.Key, t.body)
	e := t.Entry
	e.Answered, e.Status, e.Replay = true, r.status, r.replay
	var a struct {
		ID      id.ID     `json:"id"`
		Number  string    `json:"number"`
		Amount  money.Fen `json:"amount"`
		Taken   money.Fen `json:"taken"`
		State   string    `json:"state"`
		Version int       `json:"version"`
		Code    string    `json:"code"`
	}
	err := json.Unmarshal(r.body, &a)
	switch {
	case r.known() && r.status < 300 && err == nil:
		e.ID, e.Number, e.Got, e.State, e.Version = a.ID, a.Number, a.Amount+a.Taken, a.State, a.Version
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
		switch dice := rand.IntN(30); {
		case len(p.pending) > 0 && dice < 14:
			p.again(context.WithoutCancel(ctx))
		case len(p.orders) > 0 && dice < 18:
			p.look(ctx)
		case p.guest:
			p.visit(ctx)
		default:
			p.serve(ctx, rand.IntN(40))
		}
		pause(ctx, time.Duration(rand.IntN(30))*time.Millisecond)
	}
}

// serve is one turn at the counter.
func (p *person) serve(ctx context.Context, dice int) {
	switch {
	case dice < 12:
		p.take(ctx)
	case dice < 18:
		p.online(ctx)
	case dice < 22:
		p.scan(ctx)
	case dice < 25:
		p.void(ctx)
	case dice < 28:
		p.refund(ctx)
	case dice < 36:
		p.giveBack(ctx)
	case dice < 37:
		p.deposit(ctx)
	case dice == 37 && p.name == "clerk-0" && rand.IntN(4) == 0:
		p.closeShift(ctx)
	case len(p.orders) > 0:
		p.cancel(ctx, p.orders[rand.IntN(len(p.orders))])
	}
}

// again asks for the oldest unknown answer, when it is time.
func (p *person) again(ctx context.Context) {
	t := p.pending[0]
	if time.Now().Before(t.next) {
		return
	}
	p.pending = p.pending[1:]
	p.do(ctx, t)
}

// settle repeats what is unknown, then ends every order: one that nothing has
// ended for a while is cancelled, and money that was faster counts.
func (p *person) settle(ctx context.Context) error {
	asked := map[id.ID]time.Time{}
	for len(p.orders) > 0 || len(p.pending) > 0 {
		if !pause(ctx, 20*time.Millisecond) {
			return fmt.Errorf("%s: %d commands were never answered, %d orders never ended", p.name, len(p.pending), len(p.orders))
		}
		if len(p.pending) > 0 {
			p.again(ctx)
			continue
		}
		first := p.orders[0]
		p.orders = p.orders[1:]
		if o, ok := p.order(ctx, first); ok && o.ended() {
			continue
		}
		p.orders = append(p.orders, first)
		if at, seen := asked[first.id]; !seen || time.Since(at) > 40*time.Second {
			asked[first.id] = time.Now().Add(-20 * time.Second)
			if seen {
				p.cancel(ctx, first)
				asked[first.id] = time.Now()
			}
		}
		pause(ctx, 80*time.Millisecond)
	}
	return nil
}
