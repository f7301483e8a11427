package shift

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/cashier"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// What counting and closing refuse.
var (
	ErrCounted    = fault.New(fault.Invalid, "counted_invalid", "请填写点出的现金")
	ErrNotCounted = fault.New(fault.Conflict, "shift_not_counted", "先点现金，再交班")
	ErrCountMoved = fault.New(fault.Conflict, "shift_count_moved", "点款之后又有现金收付，请重新点款")
	ErrDifference = fault.New(fault.Invalid, "difference_reason", "点出的现金与应有的不符，请写明原因")
	ErrHanded     = fault.New(fault.Invalid, "handed_invalid", "解款应在 0 和点出的现金之间")
)

const (
	maxNotes  = 100_000
	maxCounts = 200
	maxReason = 200
	mostCash  = money.Fen(1_000_000_000_00) // 10 亿元 in a drawer is a typing mistake
)

// Denominations are the notes and coins of the renminbi, in fen, that a drawer
// is counted by.
func Denominations() []money.Fen { return []money.Fen{10000, 5000, 2000, 1000, 500, 100, 50, 10} }

// Note is how many of one denomination were counted.
type Note struct {
	Value money.Fen
	N     int
}

// Count is one counting of the drawer. It stays, whatever is counted later.
type Count struct {
	No       int
	Counted  money.Fen
	Notes    []Note // empty when only the sum was given
	Expected money.Fen
	By       id.ID
	ByName   string
	At       time.Time
}

// sum checks the notes against the whole amount; without a whole amount they
// make it.
func (c *Count) sum(whole *money.Fen) error {
	var notes money.Fen
	for i, n := range c.Notes {
		known := false
		for _, v := range Denominations() {
			known = known || v == n.Value
		}
		if !known || n.N < 0 || n.N > maxNotes {
			return ErrCounted.Say("没有这种面额，或张数太多").At(fmt.Sprintf("body.notes[%d]", i), "面额或张数不对", int64(n.Value))
		}
		notes += n.Value * money.Fen(n.N)
	}
	switch {
	case whole == nil && len(c.Notes) == 0:
		return ErrCounted
	case whole == nil:
		c.Counted = notes
	case len(c.Notes) > 0 && *whole != notes:
		return ErrCounted.Say("各面额合计 %s 元，与填写的 %s 元不符", notes.Comma(), whole.Comma()).At("body.counted", "与面额合计不符", int64(*whole))
	default:
		c.Counted = *whole
	}
	if c.Counted < 0 || c.Counted > mostCash {
		return ErrCounted.At("body.counted", "不小于零，最多 10 亿元", int64(c.Counted))
	}
	return nil
}

// lockOwn locks an open shift that who may count and close.
func (s *Service) lockOwn(ctx context.Context, tx *db.Tx, who actor.Actor, project, shift id.ID) (Shift, error) {
	if _, err := lockShift(ctx, tx, project, shift); err != nil {
		return Shift{}, err
	}
	sh, err := s.wholeShift(ctx, tx, project, shift)
	if err != nil {
		return Shift{}, err
	}
	if sh.foreign(who, cashier.PermReceive, project) {
		return Shift{}, fault.ErrNotFound
	}
	if sh.State != cashier.ShiftOpen {
		return Shift{}, ErrShiftShut
	}
	if sh.Cashier != who.Account && !who.Can(cashier.PermReport, project) {
		return Shift{}, ErrNotYours
	}
	return sh, nil
}

// CountShift keeps what was counted in the drawer, by the whole or by notes,
// and only then tells what should be there. Every count stays.
// Errors: ErrCounted, ErrShiftShut, ErrNotYours, fault.ErrNotFound.
func (s *Service) CountShift(ctx context.Context, who actor.Actor, project, shift id.ID, whole *money.Fen, notes []Note) (Shift, error) {
	c := Count{Notes: notes, By: who.Account, ByName: who.Name}
	if err := c.sum(whole); err != nil {
		return Shift{}, err
	}
	var sh Shift
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if sh, err = s.lockOwn(ctx, tx, who, project, shift); err != nil {
			return err
		}
		if len(sh.Counts) == maxCounts {
			return ErrCounted.Say("这一班已经点了 %d 次，请按最后一次交班", maxCounts)
		}
		c.No, c.Expected, c.At = len(sh.Counts)+1, sh.cashDue(), tx.Now()
		if err := insertCount(ctx, tx, project, shift, &c); err != nil {
			return fmt.Errorf("write count: %w", err)
		}
		sh.Counts, sh.Counted = append(sh.Counts, c), c.Counted
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.shift_counted", Kind: "shift", Subject: shift,
			Summary: fmt.Sprintf("%s 第 %d 次点款 %s 元，应有 %s 元", sh.CashierName, c.No, c.Counted.Comma(), c.Expected.Comma()),
			After:   map[string]any{"no": c.No, "counted": c.Counted, "expected": c.Expected}})
		return nil
	})
	if err != nil {
		return Shift{}, fmt.Errorf("count shift: %w", err)
	}
	return sh, nil
}

// Closing is what a cashier signs.
type Closing struct {
	Count  int       // number of the count that the screen shows
	Handed money.Fen // 解款; what is left stays in the drawer
	Reason string    // of a difference
}

// CloseShift ends the shift for good (日结): sums by method are kept, the
// number is taken, and nothing of it changes any more.
// Errors: ErrNotCounted, ErrCountMoved, ErrDifference, ErrHanded, ErrShiftShut,
// ErrNotYours, fault.ErrNotFound.
func (s *Service) CloseShift(ctx context.Context, who actor.Actor, project, shift id.ID, in Closing) (Shift, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	if utf8.RuneCountInString(in.Reason) > maxReason {
		return Shift{}, ErrDifference.Say("原因最多 200 个字").At("body.reason", "最多 200 个字", nil)
	}
	var sh Shift
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if sh, err = s.lockOwn(ctx, tx, who, project, shift); err != nil {
			return err
		}
		if err := sh.settle(&in); err != nil {
			return err
		}
		return s.shut(ctx, tx, who, project, &sh)
	})
	if err != nil {
		return Shift{}, fmt.Errorf("close shift: %w", err)
	}
	return sh, nil
}

// settle holds the last count against the sums.
func (sh *Shift) settle(in *Closing) error {
	if len(sh.Counts) == 0 {
		return ErrNotCounted
	}
	last := sh.Counts[len(sh.Counts)-1]
	if in.Count != last.No {
		return ErrCountMoved.Say("刚有人重新点了款，请刷新后再交班")
	}
	if sh.Expected = sh.cashDue(); sh.Expected != last.Expected {
		return ErrCountMoved
	}
	sh.Counted = last.Counted
	if d := sh.Difference(); d != 0 && in.Reason == "" {
		return ErrDifference.Say("%s，请写明原因", differenceWords(d)).At("body.reason", "请写明原因", nil)
	}
	if in.Handed < 0 || in.Handed > sh.Counted {
		return ErrHanded.At("body.handed", "最多 "+sh.Counted.Comma(), int64(in.Handed))
	}
	sh.Handed = in.Handed
	if sh.Difference() != 0 {
		sh.Reason = in.Reason
	}
	return nil
}

func differenceWords(d money.Fen) string {
	switch {
	case d > 0:
		return "长款 " + d.Comma() + " 元"
	case d < 0:
		return "短款 " + (-d).Comma() + " 元"
	}
	return "账款相符"
}

func (s *Service) shut(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, sh *Shift) error {
	sh.State, sh.ClosedAt, sh.ClosedOn = cashier.ShiftClosed, tx.Now(), clock.DateOf(tx.Now())
	sh.ClosedBy, sh.ClosedName, sh.Year = who.Account, who.Name, sh.ClosedOn.Year()
	var err error
	if sh.Number, sh.Seq, err = s.ledger.NextDocument(ctx, tx, project, series, sh.Year); err != nil {
		return err
	}
	if err := updateClosed(ctx, tx, project, sh); err != nil {
		return fmt.Errorf("write shift: %w", err)
	}
	s.audit.Record(tx, audit.Entry{
		Project: project, Who: who, Action: deedClosed, Kind: "shift", Subject: sh.ID,
		Summary: fmt.Sprintf("%s 交班 %s：应有现金 %s 元，点出 %s 元，%s，解款 %s 元", sh.CashierName, sh.Number, sh.Expected.Comma(),
			sh.Counted.Comma(), differenceWords(sh.Difference()), sh.Handed.Comma()),
		Before: map[string]any{"state": cashier.ShiftOpen, "imprest": sh.Imprest},
		After: map[string]any{"state": cashier.ShiftClosed, "number": sh.Number, "income": sh.Income(), "expected": sh.Expected, "counted": sh.Counted,
			"difference": sh.Difference(), "reason": sh.Reason, "handed": sh.Handed, "kept": sh.Kept(), "counts": len(sh.Counts)},
	})
	return nil
}
