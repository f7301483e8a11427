package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"

	"linli/internal/cashier"
	"linli/internal/feebundle"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/outbound"
	"linli/internal/payment"
)

// The books of the simulated channels and of the provider of invoices inside
// the data folder.
const (
	WechatBooks  = "wechat-sim.json"
	AlipayBooks  = "alipay-sim.json"
	InvoiceBooks = "invoice-sim.json"
)

// phoneDays is for how many days before the end some pay by telephone.
const phoneDays = 40

// street is where the channels stand while the year is made: they live by the
// same clock, and call back as they do later.
type street struct {
	channels map[string]*Rehearsal
	office   http.Handler // set when the house is built, before the first order
	address  string       // of the office
	matched  clock.Date   // the last day on which the channels' bills were fetched
	provider string       // of invoices
	inside   outbound.Guard
}

func newStreet(ctx context.Context, o Options, dir string, now clock.Clock) (*street, error) {
	s := &street{channels: map[string]*Rehearsal{}}
	var err error
	if s.channels["wechat"], err = wechatAt(ctx, filepath.Join(dir, WechatBooks), "127.0.0.1:0", now, o.Log); err != nil {
		return nil, err
	}
	if s.channels["alipay"], err = alipayAt(ctx, filepath.Join(dir, AlipayBooks), "127.0.0.1:0", now, o.Log); err != nil {
		return nil, err
	}
	if s.provider, _, err = invoicesAt(ctx, "127.0.0.1:0", filepath.Join(dir, InvoiceBooks), now, o.Log); err != nil {
		return nil, err
	}
	if s.inside, err = outbound.Parse("127.0.0.1"); err != nil {
		return nil, err
	}
	s.address, _, err = serve(ctx, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.office.ServeHTTP(w, r) }))
	return s, err
}

// byPhone says whether a payer takes out the telephone, and which channel.
func (d *demo) byPhone(v *visit) string {
	if v.project != d.projects[0] || v.wrong || v.at.Before(d.until.AddDate(0, 0, -phoneDays)) {
		return ""
	}
	switch d.late.IntN(20) {
	case 0, 1:
		return "wechat"
	case 2:
		return "alipay"
	}
	return ""
}

// scan shows a code at the counter and lets the payer pay it.
func (d *demo) scan(ctx context.Context, v *visit, seat *cashier.Seat, amount money.Fen, channel string) error {
	o, err := d.app.Cashier.OpenOrder(ctx, v.project.cashier, v.project.id, cashier.OrderTaking{Channel: channel, Room: v.room, Amount: amount,
		ExpectedOwed: seat.Owed, Confirmed: true})
	if err != nil {
		return fmt.Errorf("%s at %s: %w", channel, seat.Room.Label, err)
	}
	// A channel that does not answer at once is asked again, as later.
	for try := 0; o.Code == ""; try++ {
		if try > 0 {
			d.clock.Advance(10 * time.Second)
		}
		if err := d.app.Jobs.Drain(ctx); err != nil {
			return err
		}
		if o, err = d.app.Payment.Order(ctx, d.app.DB.Reader(ctx), v.project.id, o.ID); err != nil {
			return err
		}
		if o.Code == "" && (try > 30 || o.State != payment.OrderCreated) {
			return fmt.Errorf("%s shows no code for %s: %s %s", channel, o.Number, o.State, o.Reason)
		}
	}
	c := d.street.channels[channel]
	d.clock.Advance(20 * time.Second)
	if err := c.pay(o.Code); err != nil {
		return fmt.Errorf("pay by %s: %w", channel, err)
	}
	d.clock.Advance(2 * time.Second)
	c.deliver(ctx)
	d.receipts++
	return d.app.Jobs.Drain(ctx)
}

// match fetches the channels' bills of the days before, once a day after they
// are there, as the server does by itself.
func (d *demo) match(ctx context.Context, at time.Time) error {
	today := clock.DateOf(at)
	ready := today.Start().Add(10*time.Hour + 20*time.Minute)
	if d.street.matched == today || at.Before(ready) || at.Before(d.until.AddDate(0, 0, -phoneDays)) {
		return nil
	}
	d.street.matched = today
	d.clock.Set(ready)
	if err := d.app.Reconcile.ReconcileDue(ctx); err != nil {
		return err
	}
	return d.app.Jobs.Drain(ctx)
}

// newLate draws what came with the meters, the office and the channels.
func newLate() *rand.Rand { return rand.New(rand.NewPCG(5, 55)) }

// newRounds draws what the rounds of visits find.
func newRounds() *rand.Rand { return rand.New(rand.NewPCG(9, 99)) }

// papers are what the later parts of the demo remember.
type papers struct {
	late   *rand.Rand
	cast   *invented // who is named in it
	street *street
	dials  []dial
	once   []id.ID // items of single charges
	shared id.ID   // item of a shared cost
	bundle feebundle.Bundle
	rounds *rand.Rand
	again  clock.Date // of the next round of visits
}
