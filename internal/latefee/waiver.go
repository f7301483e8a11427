package latefee

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/billing"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// The rights of waivers.
const (
	PermWaiverAsk actor.Permission = "billing.waiver.ask" // ask for a waiver
	PermWaiver    actor.Permission = "billing.waiver"     // decide on what somebody else asked for
)

// What callers are refused for.
var (
	ErrWaiver      = fault.New(fault.Invalid, "waiver_invalid", "减免填写不完整，请按提示修改")
	ErrWaiverState = fault.New(fault.Conflict, "waiver_state", "这条减免现在不能这样做，请刷新后再看")
	ErrOwnWaiver   = fault.New(fault.Conflict, "waiver_own", "不能批自己提出的减免，请换一位有权限的同事")
	ErrWaiverMuch  = fault.New(fault.Conflict, "waiver_too_much", "减免超过了现在的欠费")
)

// waiverSeries numbers approved waivers: JM2026-000001.
const waiverSeries = "JM"

// WaiverKind says what is waived.
type WaiverKind string

// The kinds.
const (
	WaiveLate   WaiverKind = "late"   // of the late fee of a charge
	WaiveCharge WaiverKind = "charge" // of the charge itself
)

// WaiverState is where a waiver stands.
type WaiverState string

// The states. Only an approved one makes anybody owe less.
const (
	WaiverAsked     WaiverState = "asked"
	WaiverApproved  WaiverState = "approved"
	WaiverRefused   WaiverState = "refused"
	WaiverTakenBack WaiverState = "withdrawn" // by whoever asked, before the decision
)

// Decision is what was answered to a waiver.
type Decision struct {
	By   id.ID
	Name string
	At   time.Time
	Note string
}

// Waiver 减免 is a document by which the company gives up a part of what is
// owed. It edits nothing: the charge keeps its amount, and its approved
// waivers are told beside it. Its number is given by the approval.
type Waiver struct {
	ID      id.ID
	Number  string
	Kind    WaiverKind
	Charge  id.ID
	Room    id.ID
	Amount  money.Fen
	Reason  string
	Proof   string
	State   WaiverState
	AskedBy id.ID
	Asker   string
	AskedAt time.Time
	Decided Decision
	Version int
}

// AskWaiver proposes to waive; nothing changes until somebody else approves.
// Amount 0 means all that is owed now. Errors: ErrWaiver, ErrWaiverMuch,
// billing.ErrNotOwed, fault.ErrNotFound.
func (s *Service) AskWaiver(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, w Waiver) (Waiver, error) {
	w.Reason, w.Proof = strings.TrimSpace(w.Reason), strings.TrimSpace(w.Proof)
	if w.Kind != WaiveLate && w.Kind != WaiveCharge {
		return w, ErrWaiver.At("body.kind", "不在可选范围内", string(w.Kind))
	}
	if !reasonOK(w.Reason) {
		return w, billing.ErrReason
	}
	if utf8.RuneCountInString(w.Proof) > 200 {
		return w, ErrWaiver.At("body.proof", "最多 200 个字", nil)
	}
	left, c, err := s.waivable(ctx, tx, project, &w)
	if err != nil {
		return w, err
	}
	if w.Amount == 0 {
		w.Amount = left
	}
	if w.Amount <= 0 || w.Amount > left {
		return w, ErrWaiverMuch.Say("最多可减免 %s 元", left.Comma()).At("body.amount", "最多 "+left.Comma(), int64(w.Amount))
	}
	w.ID, w.Number, w.Version, w.State, w.Decided, w.Room = tx.NewID(), "", 1, WaiverAsked, Decision{}, c.Subject
	w.AskedBy, w.Asker, w.AskedAt = who.Account, who.Name, tx.Now()
	if err := insertWaiver(ctx, tx, project, &w); err != nil {
		return w, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.waiver_asked", Kind: "waiver", Subject: w.ID,
		Summary: fmt.Sprintf("申请减免%s %s %s 元：%s", w.what(&c), c.Month, w.Amount.Comma(), w.Reason), After: w})
	return w, nil
}

// waivable is how much of what a waiver speaks of is owed now.
func (s *Service) waivable(ctx context.Context, q db.Q, project id.ID, w *Waiver) (money.Fen, billing.Charge, error) {
	c, err := s.billing.Charge(ctx, q, project, w.Charge)
	if err != nil {
		return 0, c, err
	}
	if !c.Visible() || c.Late != 0 {
		return 0, c, billing.ErrNotOwed
	}
	if w.Kind == WaiveCharge {
		return c.Owed(), c, nil
	}
	f, err := s.Fee(ctx, q, project, w.Charge, s.today())
	return f.Left(), c, err
}

func reasonOK(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 2 && n <= 200
}

func (w *Waiver) what(c *billing.Charge) string {
	if w.Kind == WaiveLate {
		return c.ItemName + "违约金"
	}
	return c.ItemName
}

// DecideWaiver approves or refuses. Whoever asked may not decide; a refusal
// needs a note. An approved waiver of a charge settles that part of it and
// takes it off income. Errors: ErrOwnWaiver, billing.ErrReason, ErrWaiverState,
// ErrWaiverMuch, fault.ErrStale, fault.ErrNotFound.
func (s *Service) DecideWaiver(ctx context.Context, tx *db.Tx, who actor.Actor, project, waiver id.ID, approve bool, note string, version int) (Waiver, error) {
	note = strings.TrimSpace(note)
	if !approve && !reasonOK(note) || utf8.RuneCountInString(note) > 200 {
		return Waiver{}, billing.ErrReason
	}
	return s.changeWaiver(ctx, tx, who, project, waiver, version, func(w *Waiver) (string, error) {
		if w.AskedBy == who.Account && !who.IsSystem() {
			return "", ErrOwnWaiver
		}
		w.Decided = Decision{who.Account, who.Name, tx.Now(), note}
		if !approve {
			w.State = WaiverRefused
			return "退回减免：" + note, nil
		}
		w.State = WaiverApproved
		c, err := s.waive(ctx, tx, project, w)
		if err != nil {
			return "", err
		}
		year := clock.DateOf(tx.Now()).Year()
		w.Number, _, err = s.ledger.NextDocument(ctx, tx, project, waiverSeries, year)
		return fmt.Sprintf("批准减免 %s：%s %s %s 元", w.Number, w.what(c), c.Month, w.Amount.Comma()), err
	})
}

// waive makes an approved waiver true.
func (s *Service) waive(ctx context.Context, tx *db.Tx, project id.ID, w *Waiver) (*billing.Charge, error) {
	if err := s.billing.LockCharges(ctx, tx, project, []id.ID{w.Charge}); err != nil {
		return nil, err
	}
	left, c, err := s.waivable(ctx, tx, project, w)
	if err != nil {
		return nil, err
	}
	if w.Amount > left {
		return nil, ErrWaiverMuch.Say("现在只欠 %s 元，不能减免 %s 元，请退回后重新申请", left.Comma(), w.Amount.Comma())
	}
	if w.Kind == WaiveLate {
		return &c, nil // it was never posted: only what is taken becomes a charge
	}
	return &c, s.billing.Waive(ctx, tx, project, w.ID, w.Charge, w.Amount)
}

// WithdrawWaiver takes back what is not decided yet. Errors: ErrWaiverState,
// fault.ErrStale, fault.ErrNotFound.
func (s *Service) WithdrawWaiver(ctx context.Context, tx *db.Tx, who actor.Actor, project, waiver id.ID, version int) (Waiver, error) {
	return s.changeWaiver(ctx, tx, who, project, waiver, version, func(w *Waiver) (string, error) {
		w.State = WaiverTakenBack
		return "撤回减免申请", nil
	})
}

func (s *Service) changeWaiver(ctx context.Context, tx *db.Tx, who actor.Actor, project, waiver id.ID, version int, fn func(*Waiver) (string, error)) (Waiver, error) {
	old, err := lockWaiver(ctx, tx, project, waiver)
	if err != nil {
		return old, err
	}
	if old.Version != version {
		return old, fault.ErrStale
	}
	if old.State != WaiverAsked {
		return old, ErrWaiverState
	}
	w := old
	summary, err := fn(&w)
	if err != nil {
		return old, err
	}
	w.Version++
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "billing.waiver_" + string(w.State), Kind: "waiver", Subject: w.ID,
		Summary: summary, Before: old, After: w})
	return w, updateWaiver(ctx, tx, project, &w)
}

// WaiverFilter narrows the list; what is empty does not.
type WaiverFilter struct {
	page.Request
	State WaiverState
	Room  id.ID
}

// Waivers lists waivers, newest first.
func (s *Service) Waivers(ctx context.Context, q db.Q, project id.ID, f WaiverFilter) (page.List[Waiver], error) {
	list, err := page.Newest(&f.Request, func(w Waiver) id.ID { return w.ID }, func(before id.ID) ([]Waiver, error) {
		return listWaivers(ctx, q, project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list waivers: %w", err)
	}
	return list, nil
}
