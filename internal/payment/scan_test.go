package payment_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
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
	"linli/internal/ledger"
	"linli/internal/payment"
)

const shownCode = "281234567890123456"

// till is a channel that keeps what payers paid, and does what a test wants
// around it.
type till struct {
	mu       sync.Mutex
	state    map[string]payment.TradeState
	scans    int
	reverses int
	onScan   func(ctx context.Context, number string) (payment.TradeState, error)
	onRevert func(number string) error
	queryErr error
}

func (*till) Key() string                  { return "alipay" }
func (*till) Name() string                 { return "支付宝" }
func (*till) Check(payment.Merchant) error { return nil }
func (*till) Prepay(context.Context, payment.Merchant, payment.Order, string) (string, error) {
	return "https://qr/1", nil
}
func (*till) Close(context.Context, payment.Merchant, string) error { return nil }
func (*till) Bill(context.Context, payment.Merchant, clock.Date, func(payment.BillLine) error) (payment.BillTotals, error) {
	return payment.BillTotals{}, payment.ErrNoBill
}

func (c *till) set(number string, state payment.TradeState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state[number] = state
}

func (c *till) trade(number string) payment.Trade {
	c.mu.Lock()
	defer c.mu.Unlock()
	return payment.Trade{Number: number, Transaction: "T" + number, Merchant: "2088", State: c.state[number], Amount: 250_60, Currency: "CNY", PaidAt: dbtest.Start()}
}

func (c *till) Query(_ context.Context, _ payment.Merchant, number string) (payment.Trade, error) {
	if c.queryErr != nil {
		return payment.Trade{}, c.queryErr
	}
	if t := c.trade(number); t.State != "" {
		return t, nil
	}
	return payment.Trade{}, payment.ErrNoSuchTrade
}

func (c *till) Verify(_ context.Context, _ payment.Merchant, _ map[string]string, body []byte) (payment.Trade, error) {
	t := c.trade(string(body))
	t.State = payment.TradePaid
	return t, nil
}

func (c *till) Scan(ctx context.Context, _ payment.Merchant, o payment.Order, code, _ string) (payment.Trade, error) {
	c.mu.Lock()
	c.scans++
	c.mu.Unlock()
	if code != shownCode {
		return payment.Trade{}, errors.New("another code than the payer's")
	}
	state, err := c.onScan(ctx, o.Number)
	if err != nil {
		return payment.Trade{}, err
	}
	c.set(o.Number, state)
	return c.trade(o.Number), nil
}

func (c *till) Reverse(_ context.Context, _ payment.Merchant, number string) error {
	c.mu.Lock()
	c.reverses++
	c.mu.Unlock()
	if c.onRevert != nil {
		if err := c.onRevert(number); err != nil {
			return err
		}
	}
	c.set(number, payment.TradeClosed)
	return nil
}

// desk is a counter that gives receipts for what the till takes.
type desk struct {
	t        *testing.T
	d        *db.DB
	now      *clock.Manual
	s        *payment.Service
	jobs     *job.Queue
	till     *till
	ledger   *ledger.Service
	ring     *crypt.Ring
	token    string
	mu       sync.Mutex
	receipts int
}

func (k *desk) SettleOrders(ctx context.Context, tx *db.Tx, project id.ID, list []payment.Settling) ([]payment.Settled, error) {
	var out []payment.Settled
	for _, in := range list {
		k.mu.Lock()
		k.receipts++
		k.mu.Unlock()
		receipt := tx.NewID()
		err := k.ledger.Post(ctx, tx, project, []ledger.Posting{{DocKind: ledger.DocReceipt, Doc: receipt, Date: clock.DateOf(tx.Now()), Debit: ledger.Clearing,
			Credit: ledger.Prepaid, Amount: in.Amount}})
		if err != nil {
			return nil, err
		}
		out = append(out, payment.Settled{Receipt: receipt, Number: "SJ1", Rest: in.Amount})
	}
	return out, nil
}

func (k *desk) SettleRefund(context.Context, *db.Tx, id.ID, *payment.Refund) (id.ID, string, error) {
	return 0, "", errors.New("no refunds here")
}
func (k *desk) FailRefund(context.Context, *db.Tx, id.ID, *payment.Refund) error { return nil }

func atTheTill(t *testing.T, f func(t *testing.T, k *desk)) {
	t.Helper()
	rooms := []db.Migrations{audit.Migrations(), ledger.Migrations(), job.Migrations(), payment.Migrations()}
	dbtest.Run(t, rooms, func(t *testing.T, d *db.DB, now *clock.Manual) {
		ring, err := crypt.Open(filepath.Join(t.TempDir(), "keys.json"))
		if err != nil {
			t.Fatal(err)
		}
		k := &desk{t: t, d: d, now: now, ring: ring, till: &till{state: map[string]payment.TradeState{}}, ledger: ledger.New(ledger.Deps{DB: d})}
		k.open()
		m, err := k.s.SetMerchant(t.Context(), actor.System("test"), project, payment.Merchant{Channel: "alipay", Number: "2088", Active: true})
		if err != nil {
			t.Fatal(err)
		}
		k.token = m.Token
		f(t, k)
		if broken, err := k.s.Broken(t.Context(), project); err != nil || len(broken) > 0 {
			t.Errorf("does not add up: %v, %v", broken, err)
		}
	})
}

// open starts the room anew, as after a kill.
func (k *desk) open() {
	k.jobs = job.New(k.d, slog.New(slog.DiscardHandler))
	k.s = payment.New(payment.Deps{DB: k.d, Audit: audit.New(audit.Deps{DB: k.d, Key: k.ring.AuditKey()}), Ring: k.ring, Jobs: k.jobs,
		Reachable: func() string { return "https://wy.example.cn" }})
	k.s.Plug(k, k.till)
}

func (k *desk) scan(key, code string) payment.Order {
	k.t.Helper()
	o, err := k.tryScan(key, code)
	if err != nil {
		k.t.Fatal(err)
	}
	return o
}

func (k *desk) tryScan(key, code string) (o payment.Order, err error) {
	err = k.d.Write(k.t.Context(), func(tx *db.Tx) error {
		o, err = k.s.OpenOrder(k.t.Context(), tx, actor.Actor{Account: 11, Name: "李雪梅"}, project, payment.NewOrder{Channel: "alipay", Key: key, Room: roomA, RoomLabel: "101",
			Payer: payer, Title: "101 物业费", Amount: 250_60, ToPrepay: 250_60, PayerCode: code})
		return err
	})
	return o, err
}

func (k *desk) drain() {
	k.t.Helper()
	if err := k.jobs.Drain(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
}

// later lets time pass in steps that no look is missed in.
func (k *desk) later(d time.Duration) {
	for ; d > 0; d -= 5 * time.Second {
		k.now.Advance(min(d, 5*time.Second))
		k.drain()
	}
}

func (k *desk) want(o payment.Order, state payment.OrderState, receipts, scans, reverses int) payment.Order {
	k.t.Helper()
	got, err := k.s.Order(k.t.Context(), k.d.Reader(k.t.Context()), project, o.ID)
	if err != nil || got.State != state || k.receipts != receipts || k.till.scans != scans || k.till.reverses != reverses {
		k.t.Errorf("order %s (%s, %q), %d receipts, %d scans, %d reversals, %v; want %s, %d, %d, %d", got.State, got.Scan, got.Reason, k.receipts, k.till.scans, k.till.reverses,
			err, state, receipts, scans, reverses)
	}
	return got
}

func (k *desk) paidAtOnce(_ context.Context, _ string) (payment.TradeState, error) {
	return payment.TradePaid, nil
}

func (k *desk) tell(number string) {
	k.t.Helper()
	if err := k.s.TakeNotice(k.t.Context(), "alipay", k.token, nil, []byte(number)); err != nil {
		k.t.Error(err)
	}
}

// The answer to the scan, the callback, its repetitions and a query meet: one
// receipt. And the same intention again is the same order.
func TestScannedOrderIsBookedOnce(t *testing.T) {
	atTheTill(t, func(t *testing.T, k *desk) {
		var wg sync.WaitGroup
		k.till.onScan = func(ctx context.Context, number string) (payment.TradeState, error) {
			k.till.set(number, payment.TradePaid)
			for range 3 {
				wg.Go(func() { k.tell(number) })
				wg.Go(func() {
					if err := k.s.Apply(ctx, project, "alipay", k.till.trade(number)); err != nil {
						t.Error(err)
					}
				})
			}
			return payment.TradePaid, nil
		}
		o := k.scan("a", shownCode)
		if again := k.scan("a", shownCode); again.ID != o.ID {
			t.Errorf("the same intention made the orders %s and %s", o.Number, again.Number)
		}
		for range 3 {
			wg.Go(func() {
				if err := k.jobs.Drain(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		k.later(10 * time.Second)
		k.want(o, payment.OrderPaid, 1, 1, 0)
	})
}

// What the channel may answer, and what becomes of the order.
func TestScannedOrderEnds(t *testing.T) {
	atTheTill(t, func(t *testing.T, k *desk) {
		if _, err := k.tryScan("x", "134567890123456789"); !errors.Is(err, payment.ErrScannedCode) {
			t.Errorf("a code of another channel: %v", err)
		}
		k.till.onScan = func(context.Context, string) (payment.TradeState, error) {
			return "", &payment.Refusal{Words: "没有扣款。余额不足"}
		}
		o := k.scan("a", shownCode)
		k.drain()
		if got := k.want(o, payment.OrderClosed, 0, 1, 0); got.Reason != "没有扣款。余额不足" {
			t.Errorf("why: %q", got.Reason)
		}
		k.till.onScan = func(context.Context, string) (payment.TradeState, error) { return payment.TradeOpen, nil }
		o = k.scan("b", shownCode)
		k.drain()
		if got := k.want(o, payment.OrderWaiting, 0, 2, 0); got.Scan != payment.ScanAsked {
			t.Errorf("stage %q", got.Scan)
		}
		if _, err := k.tryScan("c", shownCode); !errors.Is(err, payment.ErrOrderOpen) {
			t.Errorf("scanned again while the payer types: %v", err)
		}
		k.later(40 * time.Second) // longer than a payment that never came may take
		k.till.set(o.Number, payment.TradePaid)
		k.later(5 * time.Second)
		k.want(o, payment.OrderPaid, 1, 2, 0)

		o = k.scan("d", shownCode)
		k.now.Advance(2 * time.Minute) // nobody worked meanwhile: the payer has gone
		k.drain()
		k.want(o, payment.OrderClosed, 1, 2, 0)

		k.till.onScan = k.paidAtOnce
		o = k.scan("e", shownCode)
		if _, err := k.s.CancelOrder(t.Context(), actor.System("test"), project, o.ID, "取消"); err != nil {
			t.Fatal(err)
		}
		k.drain()
		k.want(o, payment.OrderClosed, 1, 2, 0) // cancelled before it was sent
	})
}

// A kill between the sending and the answer: never sent again, found by query.
func TestScanIsSentOnce(t *testing.T) {
	atTheTill(t, func(t *testing.T, k *desk) {
		for key, paid := range map[string]bool{"paid": true, "never came": false} {
			scans, reverses := k.till.scans, k.till.reverses
			ctx, kill := context.WithCancel(t.Context())
			k.till.onScan = func(ctx context.Context, number string) (payment.TradeState, error) {
				if kill(); paid {
					k.till.set(number, payment.TradePaid)
				}
				return "", ctx.Err()
			}
			o := k.scan(key, shownCode)
			if err := k.jobs.Drain(ctx); err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			kill()
			k.open()
			receipts := k.receipts
			k.drain()
			k.want(o, payment.OrderWaiting, receipts, scans+1, reverses)
			k.later(5 * time.Second)
			if paid {
				k.want(o, payment.OrderPaid, receipts+1, scans+1, reverses)
				continue
			}
			k.later(40 * time.Second)
			if got := k.want(o, payment.OrderExpired, receipts, scans+1, reverses+1); !strings.Contains(got.Reason, "没有扣款") || got.Scan != payment.ScanReversed {
				t.Errorf("%s: %q", got.Scan, got.Reason)
			}
		}
	})
}

// From the decision to take an order back nothing that says it is paid gives a
// receipt: the money goes back.
func TestNoReceiptForWhatIsTakenBack(t *testing.T) {
	atTheTill(t, func(t *testing.T, k *desk) {
		cancel := func(o payment.Order) {
			t.Helper()
			if _, err := k.s.CancelOrder(t.Context(), actor.System("test"), project, o.ID, "收费员取消"); err != nil {
				t.Fatal(err)
			}
		}
		k.till.onScan = func(context.Context, string) (payment.TradeState, error) { return payment.TradeOpen, nil }
		o := k.scan("a", shownCode)
		k.drain()
		k.till.onRevert = func(number string) error { // the payer agrees in the last moment, and everybody tells of it
			k.till.set(number, payment.TradePaid)
			k.tell(number)
			if err := k.s.Apply(t.Context(), project, "alipay", k.till.trade(number)); !errors.Is(err, payment.ErrTakenBack) {
				t.Errorf("applied while it is taken back: %v", err)
			}
			return nil
		}
		cancel(o)
		k.drain()
		if got := k.want(o, payment.OrderClosed, 0, 1, 1); got.Reason != "收费员取消" {
			t.Errorf("why: %q", got.Reason)
		}
		k.tell(o.Number) // once more, a day late
		k.later(10 * time.Second)
		k.want(o, payment.OrderClosed, 0, 1, 1)

		// Paid before the order is taken back: the payment wins.
		o = k.scan("b", shownCode)
		k.drain()
		k.till.set(o.Number, payment.TradePaid)
		cancel(o)
		k.drain()
		k.want(o, payment.OrderPaid, 1, 2, 1)

		// A channel that cannot give it back for an hour: the money is booked.
		o = k.scan("c", shownCode)
		k.drain()
		k.till.queryErr = errors.New("no answer")
		k.till.onRevert = func(string) error { return errors.New("too little money in the account") }
		cancel(o)
		k.drain()
		k.till.set(o.Number, payment.TradePaid)
		k.till.queryErr = nil
		for range 10 {
			k.now.Advance(5 * time.Minute)
			k.drain()
		}
		k.mu.Lock()
		if k.receipts != 1 || k.till.reverses < 3 {
			t.Errorf("%d receipts, %d reversals", k.receipts, k.till.reverses)
		}
		k.mu.Unlock()
		asked := k.till.reverses
		for range 4 {
			k.now.Advance(5 * time.Minute)
			k.drain()
		}
		k.want(o, payment.OrderPaid, 2, 3, asked)
	})
}

// While the answer to a scan is on its way, a cancellation waits for it.
func TestCancelWaitsForTheScan(t *testing.T) {
	atTheTill(t, func(t *testing.T, k *desk) {
		var o payment.Order
		k.till.onScan = func(ctx context.Context, _ string) (payment.TradeState, error) {
			if _, err := k.s.CancelOrder(ctx, actor.System("test"), project, o.ID, "收费员取消"); err != nil {
				t.Error(err)
			}
			if err := k.jobs.Drain(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
			if k.till.reverses != 0 {
				t.Error("taken back while it was being sent")
			}
			return payment.TradePaid, nil
		}
		o = k.scan("a", shownCode)
		k.drain()
		k.later(5 * time.Second)
		k.want(o, payment.OrderPaid, 1, 1, 0)
	})
}
