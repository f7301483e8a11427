package drive

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// silentPayments is how many orders are paid on the silent evening.
const silentPayments = 24

// quiet is the evening after the bad time: somebody changes the books and the
// bills of the channels on purpose, and then money comes of which nobody tells:
// every notification is lost, and no query knows of it.
func (w *world) quiet(ctx context.Context) error {
	for _, c := range w.channels {
		if err := w.alter(ctx, c); err != nil {
			return err
		}
	}
	for _, c := range w.channels {
		how := `{"drop":true,"hide":true}`
		if err := w.misbehave(ctx, c, how); err != nil {
			return err
		}
		w.journal.write(Entry{Deed: Silent, Channel: c.key})
	}
	p := w.newPerson("clerk-of-the-evening")
	for n := 0; n < silentPayments; {
		before := len(p.orders)
		p.online(ctx)
		for len(p.pending) > 0 && pause(ctx, 20*time.Millisecond) {
			p.again(ctx)
		}
		n++
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for _, h := range p.orders[before:] {
			if err := p.payUnseen(ctx, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// payUnseen pays an order for certain.
func (p *person) payUnseen(ctx context.Context, h held) error {
	for range 100 {
		o, ok := p.order(ctx, h)
		if ok && (o.State == "waiting" && o.Code != "" && p.channels[o.Channel].press(ctx, o.Code, "pay") || o.ended()) {
			return nil
		}
		if !pause(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
	return fmt.Errorf("order %s never had a code", h.id)
}

// change is one thing that is done to a channel beside its protocol, and the
// difference that the reconciliation has to find for it.
type change struct {
	body, finds string
}

// changes are what people do on the platform's own pages, and bills that tell
// something else than what was done. %s is an order's number.
func (c *channel) changes() []change {
	list := []change{{`{"number":%q,"refund":1}`, "refund"}, {`{"number":%q,"forget":true}`, "missing"}, {`{"number":%q,"total":9999999}`, "amount"}}
	if c.key == wechat {
		list = append(list, change{`{"number":%q,"fee":77777777}`, "fee"})
	}
	return list
}

// alter spoils one payment for each change, none of which anybody wants money
// back of, and lets a stranger pay by a code that no order made.
func (w *world) alter(ctx context.Context, c *channel) error {
	trades, err := readChannel(w.o.Dir, c.key)
	if err != nil {
		return err
	}
	w.mu.Lock()
	trades = slices.DeleteFunc(trades, func(t trade) bool { return len(t.Refunds) > 0 || t.Total < 100 || w.asked[t.Number] })
	w.mu.Unlock()
	rand.Shuffle(len(trades), func(i, j int) { trades[i], trades[j] = trades[j], trades[i] })
	do := func(how change, number string, more ...any) error {
		if err := c.control(ctx, "/books", fmt.Sprintf(how.body, append([]any{number}, more...)...)); err != nil {
			return err
		}
		w.journal.write(Entry{Deed: Altered, Channel: c.key, Number: number, Note: how.finds})
		return nil
	}
	for i, how := range c.changes() {
		if i >= len(trades) {
			break
		}
		if err := do(how, trades[i].Number); err != nil {
			return err
		}
	}
	return do(change{`{"bare":true,"number":%q,"total":8800,"merchant":%q}`, "unknown"}, "STRANGER1", w.town.places[0].merchants[c.key])
}
