// Package shift is what one cashier takes between two closings (班次): opened
// by hand or by the first receipt, counted blind, closed for good with a number
// (日结、交班). Receipts find their shift by the socket of the counter.
// Floor 8. Uses: audit, ledger, estate, cashier.
package shift

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linli/internal/audit"
	"linli/internal/cashier"
	"linli/internal/estate"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
	"linli/internal/ledger"
)

// What shifts refuse.
var (
	ErrShiftOpen = fault.New(fault.Conflict, "shift_open", "您已经开班，先交班再开下一班")
	ErrShiftShut = fault.New(fault.Conflict, "shift_closed", "这一班已经交班")
	ErrNotYours  = fault.New(fault.Conflict, "shift_not_yours", "这是别人的班，请本人交班，或请有“收款统计”权限的收款人员代交")
	ErrImprest   = fault.New(fault.Invalid, "imprest_invalid", "备用金应为 0 到 100 万元")
)

const (
	series     = "RJ"
	maxImprest = money.Fen(1_000_000_00)
	shiftTries = 5
)

// Deps are what shifts stand on. Company is the name printed on reports; nil or
// an empty name prints none.
type Deps struct {
	DB      *db.DB
	Audit   *audit.Service
	Ledger  *ledger.Service
	Estate  *estate.Service
	Cashier *cashier.Service
	Company func(ctx context.Context) (string, error)
}

// Service keeps the shifts.
type Service struct {
	db      *db.DB
	audit   *audit.Service
	ledger  *ledger.Service
	estate  *estate.Service
	cashier *cashier.Service
	company func(ctx context.Context) (string, error)
}

// New builds the room; app plugs it into the counter.
func New(d Deps) *Service {
	return &Service{db: d.DB, audit: d.Audit, ledger: d.Ledger, estate: d.Estate, cashier: d.Cashier, company: d.Company}
}

// Shift is what one cashier takes between two closings (班次). All amounts are
// in fen.
type Shift struct {
	ID          id.ID
	Number      string // RJ2026-000001, from the closing on
	Year        int
	Seq         int64
	Cashier     id.ID
	CashierName string
	State       cashier.ShiftState
	OpenedAt    time.Time
	OpenedOn    clock.Date
	Imprest     money.Fen // 备用金, in the drawer at the opening
	Expected    money.Fen // cash that should be there; of a closed shift as it was then
	Counted     money.Fen // the last count
	Reason      string    // of the difference
	Handed      money.Fen // 解款
	ClosedAt    time.Time
	ClosedOn    clock.Date
	ClosedBy    id.ID
	ClosedName  string
	Sums        []cashier.ShiftSum
	Rounded     money.Fen // 抹零 of the valid receipts
	Counts      []Count
	Hidden      bool // the sums are kept from the one who asks
}

// Difference is what was counted beyond what should be there: 长款 above zero,
// 短款 below.
func (sh *Shift) Difference() money.Fen { return sh.Counted - sh.Expected }

// Kept stays in the drawer as the next shift's 备用金.
func (sh *Shift) Kept() money.Fen { return sh.Counted - sh.Handed }

// Money adds up what came in, went back and was made void, by every method that
// is money: prepaid and held money that is used is none.
func (sh *Shift) Money() cashier.ShiftSum {
	var sum cashier.ShiftSum
	for _, m := range sh.Sums {
		if m.Method != cashier.MethodPrepay && m.Method != cashier.MethodDeposit {
			sum.Amount, sum.Voided, sum.Refunded = sum.Amount+m.Amount, sum.Voided+m.Voided, sum.Refunded+m.Refunded
		}
	}
	return sum
}

// Income is all money that came in and stayed, without prepaid and held money used.
func (sh *Shift) Income() money.Fen {
	sum := sh.Money()
	return sum.Net()
}

// taken is what came in by one method, with what was made void later, and by how
// many receipts.
func taken(m *cashier.ShiftSum) (int, money.Fen) {
	return m.Receipts - m.Refunds, m.Amount + m.Refunded
}

// part tells in the kept sums how much of each was given back.
func (sh *Shift) part(live []cashier.ShiftSum) {
	for i := range sh.Sums {
		for _, m := range live {
			if m.Method == sh.Sums[i].Method {
				sh.Sums[i].Refunds, sh.Sums[i].Refunded = m.Refunds, m.Refunded
			}
		}
	}
}

// cashDue is what should be in the drawer by the sums.
func (sh *Shift) cashDue() money.Fen {
	due := sh.Imprest
	for _, s := range sh.Sums {
		if s.Method == cashier.MethodCash {
			due += s.Net()
		}
	}
	return due
}

// JoinShift locks the open shift of the cashier until the end of the
// transaction, so that a closing waits, and opens one where there is none.
// What meets a closing lands before it or in the next shift.
func (s *Service) JoinShift(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID) (id.ID, error) {
	for range shiftTries {
		shift, err := openShiftOf(ctx, tx, project, who.Account)
		if err != nil {
			return 0, fmt.Errorf("find shift: %w", err)
		}
		if shift == 0 {
			imprest, err := lastKept(ctx, tx, project, who.Account)
			if err != nil {
				return 0, fmt.Errorf("find last shift: %w", err)
			}
			sh, opened, err := s.open(ctx, tx, who, project, imprest)
			if err != nil || opened {
				return sh.ID, err
			}
			continue
		}
		state, err := lockShift(ctx, tx, project, shift)
		if err != nil {
			return 0, fmt.Errorf("lock shift: %w", err)
		}
		if state == cashier.ShiftOpen {
			return shift, nil
		}
	}
	return 0, errors.New("join shift: it closes faster than it opens")
}

// LockShift waits for whoever works on the shift and tells its state then.
func (s *Service) LockShift(ctx context.Context, tx *db.Tx, project, shift id.ID) (cashier.ShiftState, error) {
	return lockShift(ctx, tx, project, shift)
}

// ShiftMarks tells what receipts say of their shifts.
func (s *Service) ShiftMarks(ctx context.Context, q db.Q, project id.ID, shifts []id.ID) (map[id.ID]cashier.ShiftMark, error) {
	return shiftMarks(ctx, q, project, shifts)
}

// open writes a new shift; false when the cashier has one.
func (s *Service) open(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, imprest money.Fen) (Shift, bool, error) {
	sh := Shift{ID: tx.NewID(), Cashier: who.Account, CashierName: who.Name, State: cashier.ShiftOpen, OpenedAt: tx.Now(),
		OpenedOn: clock.DateOf(tx.Now()), Imprest: imprest, Expected: imprest, Sums: []cashier.ShiftSum{}, Counts: []Count{}}
	opened, err := insertShift(ctx, tx, project, &sh)
	if err != nil {
		return sh, false, fmt.Errorf("write shift: %w", err)
	}
	if opened {
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "cashier.shift_opened", Kind: "shift", Subject: sh.ID,
			Summary: fmt.Sprintf("%s 开班，备用金 %s 元", who.Name, imprest.Comma()), After: map[string]any{"imprest": imprest}})
	}
	return sh, opened, nil
}

// OpenShift opens a shift by hand, with the 备用金 that lies in the drawer.
// Errors: ErrShiftOpen, ErrImprest.
func (s *Service) OpenShift(ctx context.Context, who actor.Actor, project id.ID, imprest money.Fen) (Shift, error) {
	if imprest < 0 || imprest > maxImprest {
		return Shift{}, ErrImprest.At("body.imprest", "0 到 100 万元", int64(imprest))
	}
	var sh Shift
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var opened bool
		var err error
		if sh, opened, err = s.open(ctx, tx, who, project, imprest); err == nil && !opened {
			return ErrShiftOpen
		}
		return err
	})
	if err != nil {
		return Shift{}, fmt.Errorf("open shift: %w", err)
	}
	sh.hideFrom(who, project)
	return sh, nil
}

// hideFrom takes away what who must not see yet: the sums of an open shift
// are for its cashier after the count, and for others by cashier.PermReport.
func (sh *Shift) hideFrom(who actor.Actor, project id.ID) {
	if sh.State != cashier.ShiftOpen {
		return
	}
	if sh.Cashier == who.Account && len(sh.Counts) > 0 || sh.Cashier != who.Account && who.Can(cashier.PermReport, project) {
		return
	}
	sh.Hidden, sh.Sums, sh.Counts, sh.Expected, sh.Counted, sh.Rounded = true, []cashier.ShiftSum{}, []Count{}, 0, 0, 0
}

// CurrentShift is the open shift of who, or nil with the 备用金 that the last
// one left.
func (s *Service) CurrentShift(ctx context.Context, who actor.Actor, project id.ID) (*Shift, money.Fen, error) {
	q := s.db.Reader(ctx)
	shift, err := openShiftOf(ctx, q, project, who.Account)
	if err != nil {
		return nil, 0, fmt.Errorf("find shift: %w", err)
	}
	if shift == 0 {
		kept, err := lastKept(ctx, q, project, who.Account)
		if err != nil {
			return nil, 0, fmt.Errorf("find last shift: %w", err)
		}
		return nil, kept, nil
	}
	sh, err := s.Shift(ctx, who, project, shift)
	if err != nil {
		return nil, 0, err
	}
	return &sh, 0, nil
}

// Shift reads one, as far as who may see it. Error: fault.ErrNotFound.
func (s *Service) Shift(ctx context.Context, who actor.Actor, project, shift id.ID) (Shift, error) {
	sh, err := s.wholeShift(ctx, s.db.Reader(ctx), project, shift)
	if err == nil && sh.foreign(who, cashier.PermRead, project) {
		err = fault.ErrNotFound
	}
	if err != nil {
		return Shift{}, fmt.Errorf("read shift: %w", err)
	}
	sh.hideFrom(who, project)
	return sh, nil
}

// foreign reports whether a shift is not there for somebody: it is another's,
// and the right is limited to buildings, while a shift knows none.
func (sh *Shift) foreign(who actor.Actor, p actor.Permission, project id.ID) bool {
	return sh.Cashier != who.Account && who.Somewhere(p, project) && !who.Can(p, project)
}

// ShiftFilter narrows the list of shifts; zero fields do not.
type ShiftFilter struct {
	page.Request
	Cashier id.ID
	State   cashier.ShiftState
	From    clock.Date // opened, inclusive
	Until   clock.Date // opened, inclusive
	Late    bool       // opened on an earlier day and still open
	today   clock.Date
}

// Shifts lists shifts with their sums as far as who may see them, newest
// first.
func (s *Service) Shifts(ctx context.Context, who actor.Actor, project id.ID, f ShiftFilter) (page.List[Shift], error) {
	f.today = clock.DateOf(s.db.Clock().Now())
	q := s.db.Reader(ctx)
	list, err := page.Newest(&f.Request, func(sh Shift) id.ID { return sh.ID }, func(before id.ID) ([]Shift, error) {
		return listShifts(ctx, q, project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list shifts: %w", err)
	}
	if err := s.fillShifts(ctx, q, project, list.Items); err != nil {
		return page.List[Shift]{}, fmt.Errorf("list shifts: %w", err)
	}
	for i := range list.Items {
		list.Items[i].hideFrom(who, project)
	}
	return list, nil
}

// Late reports whether the shift should have been closed on an earlier day.
func (sh *Shift) Late(today clock.Date) bool {
	return sh.State == cashier.ShiftOpen && sh.OpenedOn < today
}
