package app_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/job"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
	"linli/internal/outside/alipay"
	"linli/internal/outside/alipay/sim"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// till gives receipts for money, as the counter does.
type till struct {
	payment.Settler
	booked money.Fen
	times  int
}

func (c *till) SettleOrders(_ context.Context, tx *db.Tx, _ id.ID, list []payment.Settling) ([]payment.Settled, error) {
	var out []payment.Settled
	for _, in := range list {
		c.booked, c.times = c.booked+in.Amount, c.times+1
		rest := in.Amount
		for _, l := range in.Lines {
			rest -= l.Amount
		}
		out = append(out, payment.Settled{Receipt: tx.NewID(), Number: "S1", Rest: rest})
	}
	return out, nil
}

// shop is a project's room of payments with its database, between a till and
// Alipay; the house around them is left out.
type shop struct {
	d         *db.DB
	now       *clock.Manual
	jobs      *job.Queue
	payment   *payment.Service
	reconcile *reconcile.Service
	till      till
	sim       *sim.Sim
	channel   *alipay.Channel
	m         payment.Merchant
	project   id.ID
}

const pid = "2088600000000001"

func newShop(t *testing.T, d *db.DB, now *clock.Manual, project id.ID, books []byte) *shop {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sim.json")
	if err := os.WriteFile(path, books, 0o600); err != nil {
		t.Fatal(err)
	}
	ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	s := &shop{d: d, now: now, jobs: job.New(d, log), project: project}
	if s.sim, err = sim.Open(sim.Options{Path: path, Clock: now, Log: log}); err != nil {
		t.Fatal(err)
	}
	c, err := s.sim.Enrol(pid)
	if err != nil {
		t.Fatal(err)
	}
	gateway := httptest.NewServer(s.sim.Handler())
	t.Cleanup(gateway.Close)
	if s.channel, err = alipay.New(alipay.Deps{Host: gateway.URL}); err != nil {
		t.Fatal(err)
	}
	var reached string
	acts := audit.New(audit.Deps{DB: d, Key: ring.AuditKey()})
	s.payment = payment.New(payment.Deps{DB: d, Audit: acts, Ring: ring, Jobs: s.jobs, Reachable: func() string { return reached }})
	s.reconcile = reconcile.New(reconcile.Deps{DB: d, Audit: acts, Ledger: ledger.New(ledger.Deps{DB: d}), Payment: s.payment, Jobs: s.jobs})
	s.payment.Plug(&s.till, s.channel)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if err := s.payment.TakeNotice(r.Context(), "alipay", filepath.Base(r.URL.Path), nil, body); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		w.Write([]byte("success"))
	}))
	t.Cleanup(srv.Close)
	reached = srv.URL
	if s.m, err = s.payment.SetMerchant(t.Context(), actor.System("test"), project, payment.Merchant{Channel: "alipay", Number: c.Number, App: c.App,
		PlatformKey: c.PlatformKey, PrivateKey: c.PrivateKey, Active: true}); err != nil {
		t.Fatal(err)
	}
	return s
}

// aliBooks are the books of a simulator that knows the seller and no trade: keys
// take long to make.
func aliBooks(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sim.json")
	s, err := sim.Open(sim.Options{Path: path, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = s.Enrol(pid)
	}
	if err != nil {
		t.Fatal(err)
	}
	books, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return books
}

func (s *shop) drain(t *testing.T) {
	t.Helper()
	if err := s.jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// ask opens an order of 250.60 for a room and waits for its code.
func (s *shop) ask(t *testing.T, room id.ID) payment.Order {
	t.Helper()
	var o payment.Order
	err := s.d.Write(t.Context(), func(tx *db.Tx) (err error) {
		o, err = s.payment.OpenOrder(t.Context(), tx, actor.Actor{Account: 11, Name: "李雪梅"}, s.project, payment.NewOrder{Channel: "alipay", Room: room, RoomLabel: "3栋101",
			Title: "3栋101 物业服务费", Amount: 250_60, Lines: []payment.OrderLine{{Charge: room + 100, Amount: 250_60}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.drain(t)
	return s.order(t, o.ID)
}

func (s *shop) order(t *testing.T, order id.ID) payment.Order {
	t.Helper()
	o, err := s.payment.Order(t.Context(), s.d.Reader(t.Context()), s.project, order)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (s *shop) candidates(t *testing.T) []payment.Candidate {
	t.Helper()
	list, err := s.payment.Candidates(t.Context(), s.project, payment.CandidateFilter{Request: page.Request{Limit: 50}})
	if err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// Every part is a project of its own with the same seller.
// B18: only paid trades are booked, once, whatever states are told before and after.
func TestAlipay(t *testing.T) {
	t.Parallel()
	books := aliBooks(t)
	dbtest.Run(t, []db.Migrations{job.Migrations(), audit.Migrations(), ledger.Migrations(), payment.Migrations()}, func(t *testing.T, d *db.DB, now *clock.Manual) {
		for n, part := range []func(*testing.T, *shop){reconcileAlipay, moneyThroughAlipay, alipayOrdersThatNobodyPaid} {
			part(t, newShop(t, d, now, id.ID(7+n), books))
		}
	})
}

// Money is booked once, in full, by the true message only, whatever else comes.
func moneyThroughAlipay(t *testing.T, s *shop) {
	t.Helper()
	ctx := t.Context()
	o := s.ask(t, 1)
	if o.State != payment.OrderWaiting || payment.ProjectOf(o.Number) != s.project || len(o.Number) > 32 {
		t.Fatalf("asked for: %+v", o)
	}
	if err := s.sim.Pay(o.Code); err != nil {
		t.Fatal(err)
	}
	s.sim.Misbehave(sim.Faults{WrongSeller: "2088600000000099"})
	s.sim.Deliver(ctx)
	s.sim.Misbehave(sim.Faults{Tamper: true})
	s.now.Advance(5 * time.Minute)
	s.sim.Deliver(ctx)
	s.drainNotices(t)
	if s.till.times != 0 {
		t.Fatalf("a forged message booked %d", s.till.booked)
	}
	s.sim.Misbehave(sim.Faults{Probe: true, Repeat: 2})
	s.now.Advance(10 * time.Minute)
	s.sim.Deliver(ctx)
	s.drain(t)
	for i, a := range s.sim.Attempts() {
		if heard := a.Answer == "success"; heard != (i >= 3) {
			t.Errorf("attempt %d: %+v", i, a)
		}
	}
	if o = s.order(t, o.ID); o.State != payment.OrderPaid || s.till.times != 1 || s.till.booked != 250_60 || len(s.candidates(t)) != 0 {
		t.Fatalf("booked %d times %d: %+v", s.till.times, s.till.booked, o)
	}
	if err := s.sim.Alter(sim.Alteration{Number: o.Number, Finish: true}); err != nil {
		t.Fatal(err)
	}
	s.sim.Misbehave(sim.Faults{})
	s.sim.Deliver(ctx)
	s.drain(t)
	if s.till.times != 1 {
		t.Error("the end of the time for refunds was booked as money")
	}

	short := s.ask(t, 2)
	s.sim.Misbehave(sim.Faults{WrongAmount: 200_00})
	if err := s.sim.Pay(short.Code); err != nil {
		t.Fatal(err)
	}
	s.sim.Deliver(ctx)
	s.drain(t)
	if list := s.candidates(t); s.till.booked != 450_60 || len(list) != 1 || list[0].Why != payment.FoundAmount || list[0].Amount != 200_00 {
		t.Fatalf("another amount: booked %d, %+v", s.till.booked, list)
	}
}

// drainNotices runs what is due except looks at orders, which would find the
// money by themselves.
func (s *shop) drainNotices(t *testing.T) {
	t.Helper()
	s.sim.Misbehave(sim.Faults{Hide: true})
	s.drain(t)
}

// An order ends when its code was cancelled or ran out, scanned or not; money
// that comes all the same is late and never lost, also without a message.
func alipayOrdersThatNobodyPaid(t *testing.T, s *shop) {
	t.Helper()
	ctx, who := t.Context(), actor.Actor{Account: 11, Name: "李雪梅"}
	cancelled := s.ask(t, 1)
	if _, err := s.payment.CancelOrder(ctx, who, s.project, cancelled.ID, "收费员取消"); err != nil {
		t.Fatal(err)
	}
	s.drain(t)
	if o := s.order(t, cancelled.ID); o.State != payment.OrderClosed {
		t.Fatalf("cancelled before a scan: %+v", o)
	}
	if err := s.sim.Pay(cancelled.Code); err != nil {
		t.Fatalf("the code of Alipay stays good: %v", err)
	}
	s.sim.Deliver(ctx)
	s.drain(t)
	if list := s.candidates(t); len(list) != 1 || list[0].Why != payment.FoundLate || list[0].Amount != 250_60 || s.till.booked != 250_60 {
		t.Fatalf("paid after all: %+v", list)
	}
	scanned := s.ask(t, 2)
	if err := s.sim.Scan(scanned.Code); err != nil {
		t.Fatal(err)
	}
	left := s.ask(t, 3)
	quiet := s.ask(t, 4)
	if _, err := s.payment.CancelOrder(ctx, who, s.project, scanned.ID, "收费员取消"); err != nil {
		t.Fatal(err)
	}
	s.sim.Misbehave(sim.Faults{Drop: true})
	if err := s.sim.Pay(quiet.Code); err != nil {
		t.Fatal(err)
	}
	s.drain(t)
	if err := s.sim.Pay(scanned.Code); err == nil {
		t.Error("a trade that was closed was paid")
	}
	for range 6 {
		s.now.Advance(5 * time.Minute)
		s.sim.Deliver(ctx)
		s.drain(t)
	}
	for order, want := range map[id.ID]payment.OrderState{scanned.ID: payment.OrderClosed, left.ID: payment.OrderExpired, quiet.ID: payment.OrderPaid} {
		if o := s.order(t, order); o.State != want {
			t.Errorf("%s, want %s: %s", o.State, want, o.Reason)
		}
	}
	if s.till.booked != 501_20 {
		t.Errorf("booked %d", s.till.booked)
	}
}

// A bill of Alipay goes the way of every bill; that there is none is no answer
// while money came that day and the file may still be made.
func reconcileAlipay(t *testing.T, s *shop) {
	t.Helper()
	ctx := t.Context()
	day := clock.DateOf(s.now.Now())
	s.sim.Misbehave(sim.Faults{Drop: true})
	lost := s.ask(t, 1)
	if err := s.sim.Pay(lost.Code); err != nil {
		t.Fatal(err)
	}
	s.sim.Misbehave(sim.Faults{Drop: true, Hide: true})
	paid := s.ask(t, 2)
	if err := s.sim.Pay(paid.Code); err != nil {
		t.Fatal(err)
	}
	trade, err := s.channel.Query(ctx, s.m, lost.Number)
	if err != nil || trade.State != payment.TradeOpen {
		t.Fatalf("hidden: %+v, %v", trade, err)
	}
	s.sim.Misbehave(sim.Faults{Drop: true})
	if trade, err = s.channel.Query(ctx, s.m, paid.Number); err != nil {
		t.Fatal(err)
	}
	if err := s.payment.Apply(ctx, s.project, "alipay", trade); err != nil {
		t.Fatal(err)
	}
	if err := s.sim.Alter(sim.Alteration{Bare: true, Merchant: pid, Number: "PAPER1", Total: 88_00}); err != nil {
		t.Fatal(err)
	}
	if err := s.sim.Alter(sim.Alteration{Number: paid.Number, Forget: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.sim.Alter(sim.Alteration{Number: lost.Number, Forget: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.sim.Alter(sim.Alteration{Number: "PAPER1", Forget: true}); err != nil {
		t.Fatal(err)
	}
	s.now.Set(day.AddDays(1).Start().Add(10 * time.Hour))
	st, err := s.reconcile.Reconcile(ctx, actor.System("test"), s.project, "alipay", day)
	if err != nil {
		t.Fatal(err)
	}
	s.reconcileDrain(t)
	if st, err = s.reconcile.Statement(ctx, s.project, st.ID); err != nil || st.State != reconcile.StatementWaiting {
		t.Fatalf("no bill although money came: %+v, %v", st, err)
	}
	for _, number := range []string{paid.Number, lost.Number, "PAPER1"} {
		if err := s.sim.Alter(sim.Alteration{Number: number}); err != nil {
			t.Fatal(err)
		}
	}
	s.now.Advance(31 * time.Minute)
	s.reconcileDrain(t)
	if st, err = s.reconcile.Statement(ctx, s.project, st.ID); err != nil || st.State != reconcile.StatementDone || st.Lines != 3 || st.Amount != 589_20 || st.Differences != 2 || st.Open != 1 {
		t.Fatalf("matched: %+v, %v", st, err)
	}
	if o := s.order(t, lost.ID); o.State != payment.OrderPaid || s.till.booked != 501_20 {
		t.Errorf("what no message told was not credited: %+v", o)
	}
	if _, err := s.reconcile.Reconcile(ctx, actor.System("test"), s.project, "alipay", day.AddDays(1)); !errors.Is(err, reconcile.ErrDayOpen) {
		t.Errorf("today: %v", err)
	}
}

// reconcileDrain runs what is due while queries do not tell of money.
func (s *shop) reconcileDrain(t *testing.T) {
	t.Helper()
	s.sim.Misbehave(sim.Faults{Drop: true, Hide: true})
	s.drain(t)
}
