package cashier_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
	"linli/internal/payment"
	"linli/internal/reconcile"
)

// street is a payment channel of a few lines: it has books of what it captured
// and gave back, and answers as it is told to.
type street struct {
	mu       sync.Mutex
	captured map[string]money.Fen             // by transaction
	backs    map[string]*payment.RefundStatus // by our number
	next     payment.BackState                // what a new refund becomes
	refuse   bool                             // nothing is taken
	mute     int                              // so many answers get lost after the effect
	asked    int
}

func (s *street) Key() string                  { return "wechat" }
func (s *street) Name() string                 { return "微信支付" }
func (s *street) Check(payment.Merchant) error { return nil }
func (s *street) Prepay(context.Context, payment.Merchant, payment.Order, string) (string, error) {
	return "weixin://code", nil
}
func (s *street) Query(context.Context, payment.Merchant, string) (payment.Trade, error) {
	return payment.Trade{}, payment.ErrNoSuchTrade
}
func (s *street) Close(context.Context, payment.Merchant, string) error { return nil }
func (s *street) Verify(context.Context, payment.Merchant, map[string]string, []byte) (payment.Trade, error) {
	return payment.Trade{}, payment.ErrForged
}
func (s *street) Bill(context.Context, payment.Merchant, clock.Date, func(payment.BillLine) error) (payment.BillTotals, error) {
	return payment.BillTotals{}, payment.ErrNoBill
}

var errLost = errors.New("connection lost")

func (s *street) Refund(_ context.Context, _ payment.Merchant, r payment.Refund, _ string) (payment.RefundStatus, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	known, ok := s.backs[r.Number]
	if !ok {
		var back money.Fen
		for _, b := range s.backs {
			if b.Transaction == r.Transaction && b.State != payment.BackClosed {
				back += b.Amount
			}
		}
		if s.refuse || r.Amount > s.captured[r.Transaction]-back {
			return payment.RefundStatus{}, fmt.Errorf("%w: NOT_ENOUGH 余额不足", payment.ErrRefundRefused)
		}
		known = &payment.RefundStatus{Number: r.Number, ID: "50-" + r.Number, Transaction: r.Transaction, State: s.next, Amount: r.Amount}
		s.backs[r.Number] = known
	}
	if s.mute > 0 {
		s.mute--
		return payment.RefundStatus{}, errLost
	}
	return *known, nil
}

func (s *street) QueryRefund(_ context.Context, _ payment.Merchant, r payment.Refund) (payment.RefundStatus, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.backs[r.Number]
	switch {
	case s.mute > 0:
		s.mute--
		return payment.RefundStatus{}, errLost
	case !ok:
		return payment.RefundStatus{}, payment.ErrNoSuchRefund
	}
	return *known, nil
}

func (s *street) gone() money.Fen {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sum money.Fen
	for _, b := range s.backs {
		if b.State == payment.BackDone {
			sum += b.Amount
		}
	}
	return sum
}

// onStreet is a world whose project takes money through the street.
func onStreet(t *testing.T, f func(t *testing.T, w *world, s *street)) {
	t.Helper()
	dbtest.Run(t, migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := build(t, d, now)
		s := w.street(t)
		w.found(t, "翠湖花园")
		w.merchant(t)
		f(t, w, s)
		w.sound(t)
	})
}

// street plugs the channel in.
func (w *world) street(t *testing.T) *street {
	t.Helper()
	ring, err := crypt.Open(t.TempDir() + "/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	w.payment = payment.New(payment.Deps{DB: w.d, Audit: w.audit, Ring: ring, Jobs: w.jobs, Reachable: func() string { return "https://wy.example.cn" }})
	w.reconcile = reconcile.New(reconcile.Deps{DB: w.d, Audit: w.audit, Ledger: w.ledger, Payment: w.payment, Jobs: w.jobs})
	w.cashier = cashier.New(cashier.Deps{DB: w.d, Audit: w.audit, Ledger: w.ledger, Estate: w.estate, Payment: w.payment, Billing: w.billing, LateFee: w.late})
	s := &street{captured: map[string]money.Fen{}, backs: map[string]*payment.RefundStatus{}, next: payment.BackDone}
	w.cashier.KeepShifts(w.drawers)
	w.payment.Plug(w.cashier, s)
	return s
}

func (w *world) merchant(t fataler) {
	t.Helper()
	if _, err := w.payment.SetMerchant(context.Background(), actor.System("test"), w.project, payment.Merchant{Channel: "wechat", Number: "1900000109", Active: true}); err != nil {
		t.Fatalf("merchant: %v", err)
	}
}

// online pays amount for a room by the channel; it answers the receipt.
func (w *world) online(t fataler, s *street, room id.ID, amount money.Fen) cashier.Receipt {
	t.Helper()
	ctx := context.Background()
	o, err := w.cashier.OpenOrder(ctx, w.teller(), w.project, cashier.OrderTaking{Channel: "wechat", Room: room, Amount: amount, ExpectedOwed: w.seat(t, room).Owed, Confirmed: true})
	if err != nil {
		t.Fatalf("open order: %v", err)
	}
	w.capture(t, s, o, amount)
	if o, err = w.payment.Order(ctx, w.d.Reader(ctx), w.project, o.ID); err != nil {
		t.Fatalf("order: %v", err)
	}
	r, err := w.cashier.Receipt(ctx, w.d.Reader(ctx), w.project, o.Receipt)
	if err != nil {
		t.Fatalf("receipt: %v", err)
	}
	return r
}

func (w *world) capture(t fataler, s *street, o payment.Order, amount money.Fen) {
	t.Helper()
	transaction := fmt.Sprintf("4200%d-%d", w.project, len(s.captured)+1)
	s.captured[transaction] = amount
	if err := w.payment.Apply(context.Background(), w.project, "wechat", payment.Trade{Number: o.Number, Transaction: transaction, Merchant: o.Merchant,
		State: payment.TradePaid, Amount: amount, Currency: "CNY", PaidAt: w.now.Now()}); err != nil {
		t.Fatalf("apply: %v", err)
	}
}

// original asks for the way back and has it approved.
func (w *world) original(t fataler, in cashier.RefundAsk) (cashier.Refund, error) {
	t.Helper()
	ctx := context.Background()
	in.Original, in.Reason = true, "多收"
	f, err := w.cashier.AskRefund(ctx, w.teller(), w.project, in)
	if err != nil {
		return f, err
	}
	return w.cashier.DecideRefund(ctx, boss(), w.project, f.ID, true, "", f.Version)
}

// later runs the jobs that are due after a while.
func (w *world) later(t fataler, d time.Duration) {
	t.Helper()
	w.now.Advance(d)
	if err := w.jobs.Drain(context.Background()); err != nil {
		t.Fatalf("drain: %v", err)
	}
}

func (w *world) wantRefund(t *testing.T, refund id.ID, state cashier.RefundState) cashier.Refund {
	t.Helper()
	f, err := w.cashier.Refund(t.Context(), w.project, refund)
	if err != nil || f.State != state {
		t.Fatalf("application %+v, %v; want %s", f, err, state)
	}
	return f
}

// Part of a receipt goes back by the channel: nothing is booked before it says
// so, what it says twice is booked once, and nobody spends the money meanwhile.
// (B26: cash never goes back through a channel)
func TestOriginalPart(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, s *street) {
		ctx := t.Context()
		w.bill(t, due{w.c, "物业服务费", 202611, 25060})
		r := w.online(t, s, w.c, 30000)
		mustBe(t, failed(w.cashier.AskRefund(ctx, w.teller(), w.project, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 30001, Original: true, Reason: "多收"})), cashier.ErrRefundMuch)
		s.next = payment.BackOpen
		f, err := w.original(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 10000})
		mustBe(t, err, nil)
		if f.State != cashier.RefundSent || f.Held != 4940 || !strings.HasPrefix(f.ChannelNumber, "T") || payment.ProjectOf("L"+f.ChannelNumber[1:]) != w.project {
			t.Fatalf("approved %+v", f)
		}
		w.later(t, time.Second)
		w.sound(t)
		if seat := w.seat(t, w.c); seat.Prepaid != 0 || seat.Owed != 0 {
			t.Errorf("on its way: owes %d, has %d", seat.Owed, seat.Prepaid)
		}
		if kept, err := w.cashier.Kept(ctx, w.d.Reader(ctx), w.project, []id.ID{r.ID}); err != nil || len(kept) != 1 || kept[0].Lines[r.Lines[0].Charge] != 20000 {
			t.Errorf("kept %+v, %v", kept, err)
		}
		mustBe(t, failed(w.cashier.WithdrawRefund(ctx, w.teller(), w.project, f.ID, f.Version)), cashier.ErrRefundState)
		_, err = w.original(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 20001})
		mustBe(t, err, cashier.ErrRefundMuch)
		s.backs[f.ChannelNumber].State = payment.BackDone
		for range 2 {
			mustBe(t, w.payment.ApplyRefund(ctx, w.project, "wechat", *s.backs[f.ChannelNumber]), nil)
		}
		w.later(t, 6*time.Second)
		f = w.wantRefund(t, f.ID, cashier.RefundPaid)
		red, err := w.cashier.Receipt(ctx, w.d.Reader(ctx), w.project, f.Red)
		if err != nil || red.Amount != -10000 || red.ToPrepay != -4940 || red.Pays[0].Method != cashier.MethodWechat || red.Pays[0].Reference != "50-"+f.ChannelNumber || red.PrepaidAfter != 0 {
			t.Errorf("red receipt %+v, %v", red, err)
		}
		if seat := w.seat(t, w.c); seat.Owed != 5060 || s.gone() != 10000 {
			t.Errorf("owes %d, gone %d", seat.Owed, s.gone())
		}
		other := payment.RefundStatus{Number: f.ChannelNumber, State: payment.BackDone, Amount: 1}
		mustBe(t, w.payment.ApplyRefund(ctx, w.project, "wechat", other), payment.ErrNotOurs)
		other.Number = "T1-NONE"
		mustBe(t, w.payment.ApplyRefund(ctx, w.project, "wechat", other), payment.ErrNoRefund)
		// A receipt of cash has no way back.
		w.bill(t, due{w.a, "水费", 202611, 100})
		byHand, err := w.take(t, cashier.Taking{Room: w.a, Pays: cash(100)})
		mustBe(t, err, nil)
		_, err = w.original(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: byHand.ID, Amount: 1})
		mustBe(t, err, cashier.ErrNotOnline)
	})
}

// Lost answers are no refusal: the same number is asked for until it is known.
// A refusal is told, and the money goes another way after a second approval.
// B10: what becomes of a refund is what the channel says when asked, whatever it
// answered or told before.
func TestOriginalUnknownAndRefused(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, s *street) {
		ctx := t.Context()
		w.bill(t, due{w.c, "物业服务费", 202611, 25060})
		r := w.online(t, s, w.c, 25060)
		s.mute = 3
		f, err := w.original(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 60})
		mustBe(t, err, nil)
		w.later(t, time.Second)
		w.wantRefund(t, f.ID, cashier.RefundSent)
		for range 4 {
			w.later(t, 10*time.Minute)
		}
		w.wantRefund(t, f.ID, cashier.RefundPaid)
		if len(s.backs) != 1 || s.asked < 3 {
			t.Errorf("asked %d times for %d refunds", s.asked, len(s.backs))
		}
		s.refuse = true
		f, err = w.original(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 5000})
		mustBe(t, err, nil)
		w.later(t, time.Second)
		f = w.wantRefund(t, f.ID, cashier.RefundFailed)
		if !strings.Contains(f.Failure, "余额不足") {
			t.Errorf("why: %q", f.Failure)
		}
		number := f.ChannelNumber
		f, err = w.cashier.AskAgain(ctx, w.teller(), w.project, f.ID, cashier.Again{Original: true}, f.Version)
		mustBe(t, err, nil)
		s.refuse, s.next = false, payment.BackAbnormal
		f, err = w.cashier.DecideRefund(ctx, boss(), w.project, f.ID, true, "", f.Version)
		mustBe(t, err, nil)
		if f.ChannelNumber != number {
			t.Errorf("refused as %s, asked again as %s", number, f.ChannelNumber)
		}
		w.later(t, time.Second)
		f = w.wantRefund(t, f.ID, cashier.RefundFailed)
		f, err = w.cashier.AskAgain(ctx, w.teller(), w.project, f.ID, cashier.Again{Method: cashier.MethodTransfer, Account: "6222"}, f.Version)
		mustBe(t, err, nil)
		mustBe(t, failed(w.cashier.DecideRefund(ctx, w.teller(), w.project, f.ID, true, "", f.Version)), cashier.ErrOwnRefund)
		f, err = w.cashier.DecideRefund(ctx, boss(), w.project, f.ID, true, "", f.Version)
		mustBe(t, err, nil)
		f, red, err := w.cashier.PayRefund(ctx, w.teller(), w.project, f.ID, f.Version)
		if err != nil || f.State != cashier.RefundPaid || red.Pays[0].Method != cashier.MethodTransfer {
			t.Fatalf("by hand %+v, %+v, %v", f, red, err)
		}
		// The channel makes it after all: nothing is booked twice.
		s.backs[number].State = payment.BackDone
		mustBe(t, w.payment.ApplyRefund(ctx, w.project, "wechat", *s.backs[number]), nil)
		w.sound(t)
		if seat := w.seat(t, w.c); seat.Owed != 5060 {
			t.Errorf("owes %d", seat.Owed)
		}
	})
}

// A whole receipt, and money that nobody asked for.
func TestOriginalRedAndCandidate(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, s *street) {
		ctx := t.Context()
		w.bill(t, due{w.c, "物业服务费", 202611, 25060}, due{w.dd, "车位费", 202611, 8000})
		r := w.online(t, s, w.c, 26000)
		s.next = payment.BackClosed
		f, err := w.original(t, cashier.RefundAsk{Kind: cashier.RefundRed, Receipt: r.ID})
		mustBe(t, err, nil)
		w.later(t, time.Second)
		f = w.wantRefund(t, f.ID, cashier.RefundFailed)
		if w.seat(t, w.c).Prepaid != 940 {
			t.Errorf("set aside for nothing: %d left", w.seat(t, w.c).Prepaid)
		}
		// It went back after all while nobody had decided otherwise.
		s.backs[f.ChannelNumber].State = payment.BackDone
		mustBe(t, w.payment.ApplyRefund(ctx, w.project, "wechat", *s.backs[f.ChannelNumber]), nil)
		f = w.wantRefund(t, f.ID, cashier.RefundPaid)
		if old, err := w.cashier.Receipt(ctx, w.d.Reader(ctx), w.project, r.ID); err != nil || old.ReversedBy != f.Red || w.seat(t, w.c).Owed != 25060 || w.seat(t, w.c).Prepaid != 0 {
			t.Errorf("original %+v, %v", old, err)
		}
		s.next = payment.BackDone
		o, err := w.cashier.OpenOrder(ctx, w.teller(), w.project, cashier.OrderTaking{Channel: "wechat", Room: w.dd, Amount: 8000, ExpectedOwed: 8000})
		mustBe(t, err, nil)
		_, err = w.take(t, cashier.Taking{Room: w.dd, Pays: cash(8000)})
		mustBe(t, err, nil)
		w.capture(t, s, o, 8000)
		stray := payment.Order{Number: "L1-PAPER", Merchant: "1900000109"}
		w.capture(t, s, stray, 700)
		list, err := w.payment.Candidates(ctx, w.project, payment.CandidateFilter{Request: page.Request{Limit: 50}, State: payment.CandidateOpen})
		if err != nil || len(list.Items) != 2 {
			t.Fatalf("candidates %+v, %v", list, err)
		}
		for _, c := range list.Items {
			ask := cashier.RefundAsk{Kind: cashier.RefundCandidate, Candidate: c.ID, Reason: "重复付款"}
			f, err := w.cashier.AskRefund(ctx, w.teller(), w.project, ask)
			mustBe(t, err, nil)
			mustBe(t, failed(w.cashier.AskRefund(ctx, w.teller(), w.project, ask)), payment.ErrCandidateBusy)
			mustBe(t, failed(w.payment.HandleCandidate(ctx, w.teller(), w.project, c.ID, "留作预存")), payment.ErrCandidateBusy)
			f, err = w.cashier.DecideRefund(ctx, boss(), w.project, f.ID, true, "", f.Version)
			mustBe(t, err, nil)
			w.later(t, time.Second)
			f = w.wantRefund(t, f.ID, cashier.RefundPaid)
			if (f.Red != 0) != (c.Receipt != 0) {
				t.Errorf("candidate %+v became %+v", c, f)
			}
			if c, err = w.payment.Candidate(ctx, w.d.Reader(ctx), w.project, c.ID); err != nil || c.State != payment.CandidateDone || !strings.Contains(c.Note, f.ChannelNumber) {
				t.Errorf("candidate %+v, %v", c, err)
			}
		}
		if seat := w.seat(t, w.dd); seat.Owed != 0 || seat.Prepaid != 0 || s.gone() != 26000+8000+700 {
			t.Errorf("owes %d, has %d, gone %d", seat.Owed, seat.Prepaid, s.gone())
		}
	})
}

// A refund that was changed by hand is named (promise 13).
func TestOriginalChangedByHand(t *testing.T) {
	dbtest.Run(t, migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := build(t, d, now)
		s := w.street(t)
		w.found(t, "翠湖花园")
		w.merchant(t)
		w.bill(t, due{w.c, "物业服务费", 202611, 10000})
		r := w.online(t, s, w.c, 12000)
		for _, next := range []payment.BackState{payment.BackDone, payment.BackOpen} {
			s.next = next
			_, err := w.original(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 1500})
			mustBe(t, err, nil)
			w.later(t, time.Second)
		}
		w.sound(t)
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE payment_refund SET amount = amount + 20000, held = held + 1 WHERE project_id = ?", w.project)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		found, err := w.payment.Broken(t.Context(), w.project)
		mustBe(t, err, nil)
		more, err := w.reconcile.Broken(t.Context(), w.project)
		found = append(found, more...)
		text := strings.Join(found, "\n")
		if err != nil || !strings.Contains(text, "原路退回合计") || !strings.Contains(text, "按渠道到账、退款和手续费应为") || !strings.Contains(text, "为退款留出的预存") {
			t.Errorf("found %v, %v", found, err)
		}
	})
}

// However many are approved at once, one capture never gives back more than it
// was (promise 7).
// (B25)
func TestOriginalConcurrent(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, s *street) {
		w.bill(t, due{w.c, "物业服务费", 202611, 10000})
		r := w.online(t, s, w.c, 10000)
		var wg sync.WaitGroup
		var sent atomic.Int64
		for range 8 {
			wg.Go(func() {
				if _, err := w.original(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: 3000}); err == nil {
					sent.Add(1)
				} else if !errors.Is(err, cashier.ErrRefundMuch) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		w.later(t, time.Second)
		if sent.Load() != 3 || s.gone() != 9000 || w.seat(t, w.c).Owed != 9000 {
			t.Errorf("%d sent, %d gone, owes %d", sent.Load(), s.gone(), w.seat(t, w.c).Owed)
		}
	})
}

// TestOriginalModel plays refunds by the channel at random, with lost answers,
// refusals, late changes of mind and spending meanwhile: what the channel holds
// is what the books say lies with it, at every moment (promise 14).
func TestOriginalModel(t *testing.T) {
	dbtest.Run(t, migrations(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		w := build(t, d, now)
		s := w.street(t)
		games(t, "3")
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			now.Set(dbtest.Start())
			w.found(rt, "退款"+id.ID(n).String())
			w.merchant(rt)
			s.captured, s.backs, s.mute, s.refuse, s.next = map[string]money.Fen{}, map[string]*payment.RefundStatus{}, 0, false, payment.BackDone
			w.bill(rt, due{w.c, "物业服务费", 202611, 9000})
			receipts := []cashier.Receipt{w.online(rt, s, w.c, 10000), w.online(rt, s, w.a, 500)}
			rt.Repeat(map[string]func(*rapid.T){
				"ask": func(rt *rapid.T) {
					s.next = rapid.SampledFrom([]payment.BackState{payment.BackDone, payment.BackDone, payment.BackOpen, payment.BackClosed, payment.BackAbnormal}).Draw(rt, "next")
					s.refuse, s.mute = rapid.IntRange(0, 5).Draw(rt, "refuse") == 0, rapid.IntRange(0, 2).Draw(rt, "mute")
					r := receipts[rapid.IntRange(0, 1).Draw(rt, "receipt")]
					_, err := w.original(rt, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: money.Fen(rapid.Int64Range(1, 6000).Draw(rt, "amount"))})
					if err != nil && !errors.Is(err, cashier.ErrRefundMuch) && !errors.Is(err, cashier.ErrRedWallet) && !errors.Is(err, payment.ErrCaptureShort) {
						rt.Fatalf("ask: %v", err)
					}
				},
				"wait": func(rt *rapid.T) { w.later(rt, time.Hour) },
				"end": func(rt *rapid.T) {
					for _, b := range s.backs {
						if b.State == payment.BackOpen || b.State == payment.BackAbnormal {
							b.State = rapid.SampledFrom([]payment.BackState{payment.BackDone, payment.BackAbnormal}).Draw(rt, "end")
							if err := w.payment.ApplyRefund(context.Background(), w.project, "wechat", *b); err != nil {
								rt.Fatalf("told: %v", err)
							}
						}
					}
				},
				"spend": func(rt *rapid.T) {
					if seat := w.seat(rt, w.c); seat.Owed > 0 && seat.Prepaid > 0 {
						if _, err := w.take(rt, cashier.Taking{Room: w.c, Pays: []cashier.Pay{{Method: cashier.MethodPrepay, Amount: min(seat.Owed, seat.Prepaid)}}}); err != nil {
							rt.Fatalf("spend: %v", err)
						}
					}
				},
			})
			s.mute = 0
			w.later(rt, 3*time.Hour)
			w.later(rt, 3*time.Hour)
			w.sound(rt)
			w.held(rt, s)
		})
	})
}

// held is promise 14 with refunds: what lies on the clearing account is what
// the channel captured minus what it gave back, but for what went back after
// somebody had decided otherwise.
func (w *world) held(t fataler, s *street) {
	t.Helper()
	ctx := context.Background()
	books, err := w.ledger.Balances(ctx, w.d.Reader(ctx), w.project, 0)
	if err != nil {
		t.Fatalf("balances: %v", err)
	}
	var stray, captured money.Fen
	err = w.d.Reader(ctx).QueryRow(ctx, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM payment_refund WHERE project_id = ? AND state = 'stray'", w.project).Scan(&stray)
	if err != nil {
		t.Fatalf("stray refunds: %v", err)
	}
	for _, amount := range s.captured {
		captured += amount
	}
	if books[ledger.Clearing] != captured-s.gone()+stray {
		t.Fatalf("the channel holds %d of %d, the book says %d, %d strayed", captured-s.gone(), captured, books[ledger.Clearing], stray)
	}
}

// What the bill says went back is booked like a notification; refunds that only
// one side has, or that differ in the amount, are differences.
func TestOriginalBill(t *testing.T) {
	onStreet(t, func(t *testing.T, w *world, s *street) {
		ctx := t.Context()
		w.bill(t, due{w.c, "物业服务费", 202611, 25060})
		r := w.online(t, s, w.c, 25060)
		transaction := r.Pays[0].Reference
		s.next = payment.BackOpen
		var sent []cashier.Refund
		for _, amount := range []money.Fen{100, 200, 300} {
			f, err := w.original(t, cashier.RefundAsk{Kind: cashier.RefundPart, Receipt: r.ID, Amount: amount})
			mustBe(t, err, nil)
			w.later(t, time.Second)
			sent = append(sent, f)
		}
		day := clock.DateOf(w.now.Now())
		w.now.Set(day.AddDays(1).Start().Add(11 * time.Hour))
		st, err := w.reconcile.Reconcile(ctx, w.teller(), w.project, "wechat", day)
		mustBe(t, err, nil)
		line := func(f cashier.Refund, id string, amount money.Fen, state payment.BackState) payment.BillLine {
			return payment.BillLine{Transaction: transaction, Number: "L1-X", Merchant: "1900000109", Refund: id, RefundNumber: f.ChannelNumber, State: payment.BillRefund,
				BackState: state, Currency: "CNY", Back: amount, At: day.Start().Add(9 * time.Hour)}
		}
		lines := []payment.BillLine{
			{Transaction: transaction, Number: "L1-X", Merchant: "1900000109", State: payment.BillPaid, Currency: "CNY", Amount: 25060, Settled: 25060, At: r.At},
			line(sent[0], "50-"+sent[0].ChannelNumber, 100, payment.BackDone), line(sent[1], "50-2", 201, payment.BackOpen), line(cashier.Refund{ChannelNumber: "HAND"}, "50-9", 77, payment.BackDone)}
		for range 2 {
			mustBe(t, w.reconcile.Match(ctx, w.project, st.ID, func(_ context.Context, each func(payment.BillLine) error) (payment.BillTotals, error) {
				for _, l := range lines {
					if err := each(l); err != nil {
						return payment.BillTotals{}, err
					}
				}
				return payment.BillTotals{}, nil
			}), nil)
		}
		w.wantRefund(t, sent[0].ID, cashier.RefundPaid)
		w.wantRefund(t, sent[2].ID, cashier.RefundSent)
		list, err := w.reconcile.Differences(ctx, w.project, reconcile.DifferenceFilter{Request: page.Request{Limit: 50}, State: reconcile.DifferenceOpen})
		got := map[reconcile.DifferenceKind][2]int64{}
		for _, d := range list.Items {
			got[d.Kind] = [2]int64{d.There, d.Here}
		}
		want := map[reconcile.DifferenceKind][2]int64{reconcile.KindBackAmount: {201, 200}, reconcile.KindRefund: {77, 0}, reconcile.KindBackMissed: {0, 300}, reconcile.KindState: got[reconcile.KindState]}
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("differences %v, want %v, %v", got, want, err)
		}
	})
}
