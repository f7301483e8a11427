package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/payment"
)

const (
	// matchedAtOnce is how many lines of a bill are one transaction.
	matchedAtOnce = 1000
	// billAgain is when a bill that is not ready is asked for again. Source: WeChat
	// Pay, 申请交易账单.
	billAgain = 30 * time.Minute
)

// Bill reads a bill line by line, as Channel.Bill does.
type Bill func(ctx context.Context, each func(payment.BillLine) error) (payment.BillTotals, error)

// reconcile fetches the bill of a statement and matches it. A try that was
// overtaken by a later one does nothing.
func (s *Service) reconcile(ctx context.Context, project, statement id.ID, try int) error {
	st, err := s.Statement(ctx, project, statement)
	if err != nil || st.Tries != try || st.State == StatementDone {
		return err
	}
	c, m, err := s.payment.UsableFor(ctx, s.db.Reader(ctx), project, st.Channel, st.Merchant)
	if err != nil {
		return err
	}
	if m.Account() != st.Merchant {
		return s.billLater(ctx, project, statement, try, ErrDayOther)
	}
	err = s.Match(ctx, project, statement, func(ctx context.Context, each func(payment.BillLine) error) (payment.BillTotals, error) {
		return c.Bill(ctx, m, st.Day, each)
	})
	var outside billError
	if errors.As(err, &outside) {
		return s.billLater(ctx, project, statement, try, outside.error)
	}
	return err
}

// billError is a fault of the channel or of its bill, not of ours.
type billError struct{ error }

func (e billError) Unwrap() error { return e.error }

// billLater notes why there is no bill and plans the next try.
func (s *Service) billLater(ctx context.Context, project, statement id.ID, try int, why error) error {
	after := min(time.Minute<<min(try, 10), billAgain)
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := lockStatement(ctx, tx, project, statement)
		if err != nil || st.Tries != try {
			return err
		}
		st.State, st.Reason = StatementWaiting, whyNoBill(why)
		if errors.Is(why, ErrDayOther) || st.Day < clock.DateOf(tx.Now()).AddDays(-billKept) {
			return updateStatement(ctx, tx, project, &st)
		}
		if errors.Is(why, payment.ErrBillNotReady) {
			after = billAgain
		}
		st.Tries++
		if err := updateStatement(ctx, tx, project, &st); err != nil {
			return err
		}
		return s.reconcileLater(ctx, tx, project, statement, st.Tries, after)
	})
	if err != nil {
		return fmt.Errorf("note missing bill: %w", err)
	}
	return nil
}

// whyNoBill is the reason for people.
func whyNoBill(why error) string {
	switch {
	case errors.Is(why, payment.ErrBillNotReady):
		return "渠道还在生成账单，过半小时自动再取"
	case errors.Is(why, payment.ErrBillBroken):
		return "取到的账单不完整或被改动过，没有采用，会自动再取"
	case errors.Is(why, ErrDayOther):
		return "商户号已经更换，原商户号的账单取不到了"
	case errors.Is(why, payment.ErrBillRefused):
		_, said, _ := strings.Cut(why.Error(), ": ")
		return "渠道没有给账单，请核对商户资料：" + said
	}
	return "连不上渠道，会自动再取"
}

// Match holds a bill against the books: every line is kept once, differences
// are noted, what was paid and not credited is credited. It may be cut off at
// any line and begun again.
func (s *Service) Match(ctx context.Context, project, statement id.ID, bill Bill) error {
	st, err := s.Statement(ctx, project, statement)
	if err != nil {
		return err
	}
	own, err := s.payment.Sharers(ctx, s.db.Reader(ctx), st.Channel, st.Merchant)
	if err != nil {
		return fmt.Errorf("projects of a merchant: %w", err)
	}
	w := matching{s: s, project: project, st: st, sharers: own, books: map[string]*dayCapture{}, seen: map[string]bool{}, toldBack: map[string]bool{}}
	if w.rate, err = s.rateOf(ctx, project, &st); err != nil {
		return err
	}
	err = s.payment.CapturesOn(ctx, s.db.Reader(ctx), project, st.Channel, st.Merchant, st.Day, func(transaction string, c payment.DayCapture) {
		w.books[transaction] = &dayCapture{c, false}
	})
	if err != nil {
		return fmt.Errorf("read captures of the day: %w", err)
	}
	if w.backs, err = s.payment.RefundsOn(ctx, s.db.Reader(ctx), project, st.Channel, st.Day); err != nil {
		return fmt.Errorf("read refunds of the day: %w", err)
	}
	if w.kept, err = keptLines(ctx, s.db.Reader(ctx), project, statement); err != nil {
		return fmt.Errorf("read lines kept before: %w", err)
	}
	totals, err := bill(ctx, func(l payment.BillLine) error { return w.take(ctx, l) })
	switch {
	case w.failed != nil:
		return w.failed
	case errors.Is(err, payment.ErrBillAbsent) && w.expected():
		return billError{payment.ErrBillNotReady}
	case errors.Is(err, payment.ErrNoBill), errors.Is(err, payment.ErrBillAbsent):
	case err != nil:
		return billError{err}
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	if err := w.missing(ctx); err != nil {
		return err
	}
	if err := s.creditAll(ctx, project, statement); err != nil {
		return err
	}
	return w.finish(ctx, totals.Hash)
}

// matching is a bill on its way through the books. What it remembers of a line
// is its own: text cut out of a line would keep the whole line, and with it in
// the end the bill.
type matching struct {
	s        *Service
	project  id.ID
	st       Statement
	sharers  []id.ID
	others   int64
	rate     int64                  // fee that is agreed, in 10⁻⁶
	books    map[string]*dayCapture // of the day, by transaction
	backs    []payment.DayRefund    // accepted on the day
	toldBack map[string]bool        // refunds of the bill
	kept     map[lineKey]bool
	waiting  []payment.BillLine
	seen     map[string]bool // differences of this bill
	failed   error
}

// dayCapture is a capture of the day, and whether the bill has told of it.
type dayCapture struct {
	payment.DayCapture
	told bool
}

func (c *dayCapture) held() held {
	return held{Held: payment.Held{Captured: c.Captured, Number: c.Number, Order: c.Order, Asked: c.Asked, RoomLabel: c.RoomLabel}}
}

// expected tells whether a bill has to come: money came that day, and the
// channel may still be at it.
func (w *matching) expected() bool {
	if clock.DateOf(w.s.db.Clock().Now()) > w.st.Day.AddDays(1) {
		return false
	}
	for _, c := range w.books {
		if c.Own {
			return true
		}
	}
	return false
}

func (d *Difference) key() string { return string(d.Kind) + "/" + d.Transaction + "/" + d.Refund }

// mine tells whose line it is when several projects share the merchant: the
// project that the order number names, or else the oldest one.
func (w *matching) mine(l *payment.BillLine) bool {
	if len(w.sharers) < 2 {
		return true
	}
	named := payment.ProjectOf(l.Number)
	for _, p := range w.sharers {
		if p == named {
			return p == w.project
		}
	}
	return w.sharers[0] == w.project
}

func (w *matching) take(ctx context.Context, l payment.BillLine) error {
	if l.Merchant != w.st.Merchant {
		return fmt.Errorf("%w: a line of merchant %q", payment.ErrBillBroken, l.Merchant)
	}
	if !w.mine(&l) {
		w.others++
		return nil
	}
	w.waiting = append(w.waiting, l)
	if len(w.waiting) < matchedAtOnce {
		return nil
	}
	return w.flush(ctx)
}

// flush keeps the lines that wait and notes their differences.
func (w *matching) flush(ctx context.Context) error {
	if len(w.waiting) == 0 {
		return nil
	}
	odd, err := w.compare(ctx)
	if err == nil {
		var fresh []*payment.BillLine
		for i := range w.waiting {
			if k := keyOf(w.waiting[i].Transaction, w.waiting[i].Refund); !w.kept[k] {
				w.kept[k] = true // also in a bill that repeats itself
				fresh = append(fresh, &w.waiting[i])
			}
		}
		err = w.s.db.Write(ctx, func(tx *db.Tx) error {
			if err := keepLines(ctx, tx, w.project, &w.st, fresh); err != nil {
				return fmt.Errorf("keep lines: %w", err)
			}
			return w.note(ctx, tx, odd)
		})
	}
	if err != nil {
		w.failed = fmt.Errorf("match bill: %w", err)
		return w.failed
	}
	w.waiting = w.waiting[:0]
	return nil
}

// compare holds the lines that wait against the books.
func (w *matching) compare(ctx context.Context) ([]Difference, error) {
	var transactions, numbers []string
	for i := range w.waiting {
		if l := &w.waiting[i]; w.books[l.Transaction] == nil {
			transactions, numbers = append(transactions, l.Transaction), append(numbers, l.Number)
		}
	}
	look := func(string, string) payment.Held { return payment.Held{} }
	if len(transactions) > 0 {
		var err error
		if look, err = w.s.payment.HeldBy(ctx, w.s.db.Reader(ctx), w.project, w.st.Channel, transactions, numbers); err != nil {
			return nil, fmt.Errorf("look up captures: %w", err)
		}
	}
	backs, err := w.backsOf(ctx)
	if err != nil {
		return nil, err
	}
	var odd []Difference
	for i := range w.waiting {
		l := &w.waiting[i]
		c, known := w.books[l.Transaction]
		h := held{Held: look(l.Transaction, l.Number)}
		if known {
			h = c.held()
		}
		if r, ok := backs[l.RefundNumber]; ok && l.State == payment.BillRefund {
			h.back, w.toldBack[r.Number] = &r, true
		}
		if known && l.State != payment.BillRefund {
			c.told = true
		}
		if kind, there, here := compare(l, &h, w.rate); kind != "" {
			odd = append(odd, differenceOf(l, &w.st, kind, there, here, &h))
		}
	}
	return odd, nil
}

// note writes differences that are not known yet.
func (w *matching) note(ctx context.Context, tx *db.Tx, odd []Difference) error {
	for i := range odd {
		w.seen[odd[i].key()] = true
	}
	if err := insertDifferences(ctx, tx, w.project, odd); err != nil {
		return fmt.Errorf("write differences: %w", err)
	}
	return nil
}

// missing notes what was credited for the day and is not in the bill.
func (w *matching) missing(ctx context.Context) error {
	var odd []Difference
	for transaction, c := range w.books {
		if !c.Own || c.told {
			continue
		}
		odd = append(odd, Difference{Statement: w.st.ID, Day: w.st.Day, Channel: w.st.Channel, Merchant: w.st.Merchant, Kind: KindMissing, Transaction: transaction,
			Number: c.Number, Order: c.Order, RoomLabel: c.RoomLabel, Here: int64(c.Captured), At: db.Micro(c.PaidAt), State: DifferenceOpen})
	}
	for i := range w.backs {
		r := &w.backs[i]
		if r.Merchant != w.st.Merchant || w.toldBack[r.Number] {
			continue
		}
		odd = append(odd, Difference{Statement: w.st.ID, Day: w.st.Day, Channel: w.st.Channel, Merchant: w.st.Merchant, Kind: KindBackMissed, Transaction: r.Transaction,
			Refund: r.ChannelID, Number: r.OrderNumber, Order: r.Order, RoomLabel: r.RoomLabel, Here: int64(r.Amount), At: r.AcceptedAt, State: DifferenceOpen})
	}
	err := w.s.db.Write(ctx, func(tx *db.Tx) error { return w.note(ctx, tx, odd) })
	if err != nil {
		return fmt.Errorf("look for what the bill lacks: %w", err)
	}
	return nil
}

// finish takes back what is no difference any more, and closes the day.
func (w *matching) finish(ctx context.Context, hash string) error {
	err := w.s.db.Write(ctx, func(tx *db.Tx) error {
		st, err := lockStatement(ctx, tx, w.project, w.st.ID)
		if err != nil {
			return err
		}
		open, err := differencesOf(ctx, tx, w.project, st.ID)
		if err != nil {
			return err
		}
		for i := range open {
			d := &open[i]
			if d.State != DifferenceOpen || w.seen[d.key()] {
				continue
			}
			d.State, d.Note, d.DoneName, d.DoneAt = DifferenceGone, "重新对账后没有这处差异", system().Name, tx.Now()
			if err := updateDifference(ctx, tx, w.project, d); err != nil {
				return err
			}
		}
		st.State, st.Reason, st.Hash, st.Others, st.DoneAt = StatementDone, "", hash, w.others, tx.Now()
		if err := sumStatement(ctx, tx, w.project, &st); err != nil {
			return err
		}
		w.s.audit.Record(tx, audit.Entry{Project: w.project, Who: system(), Action: "payment.statement_matched", Kind: "statement", Subject: st.ID,
			Summary: fmt.Sprintf("%s %s 对账：%d 笔，收 %s 元，%d 处差异，%d 处待处理", w.s.payment.ChannelName(st.Channel), st.Day, st.Lines, st.Amount.Comma(), st.Differences, st.Open),
			After:   st.facts()})
		if err := w.s.bookFee(ctx, tx, w.project, &st); err != nil {
			return err
		}
		return updateStatement(ctx, tx, w.project, &st)
	})
	if err != nil {
		return fmt.Errorf("finish reconciliation: %w", err)
	}
	return nil
}

func system() actor.Actor { return actor.System("自动对账") }

func (s *Statement) facts() map[string]any {
	return map[string]any{"day": s.Day, "merchant": s.Merchant, "hash": s.Hash, "lines": s.Lines, "amount": s.Amount, "refunds": s.Refunds, "fee": s.Fee,
		"differences": s.Differences, "open": s.Open}
}
