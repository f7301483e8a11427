package deposit

import (
	"context"
	"fmt"
	"slices"
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
	"linli/internal/kit/page"
)

// What documents that settle arrears refuse.
var (
	ErrConsent = fault.New(fault.Invalid, "settle_consent", "押金要由本人同意才能抵欠费，请先征得同意再勾选")
	ErrSettle  = fault.New(fault.Invalid, "settle_invalid", "押金抵欠费填写不完整，请按提示修改")
	ErrChanged = fault.New(fault.Conflict, "settle_changed", "欠费刚有变动，和批准的不一样，请点“重新计算”，再请同事批准")
	ErrState   = fault.New(fault.Conflict, "settle_state", "这张单据现在不能这样做，请刷新后再看")
	ErrOwn     = fault.New(fault.Conflict, "settle_own", "不能批自己提出的申请，请换一位有权限的同事")
	ErrNotMine = fault.New(fault.Conflict, "settle_not_asker", "只有提出申请的人可以撤回")
)

// settleSeries numbers approved documents (押金退还单).
const settleSeries = "YT"

// settleKind is what the log calls a document.
const settleKind = "deposit_settle"

// SettleState is where a document stands.
type SettleState string

// The states. An approved one has its number; a done one has moved the money.
const (
	SettleAsked     SettleState = "asked"
	SettleApproved  SettleState = "approved"
	SettleDone      SettleState = "done"
	SettleRefused   SettleState = "refused"
	SettleWithdrawn SettleState = "withdrawn"
)

// Settlement is one document (押金退还单) that gives a deposit back: first it
// pays what the household owes, the rest is paid out. Amounts in fen.
type Settlement struct {
	ID            id.ID
	Number        string // YT2026-000001, once it is approved
	Year          int
	Seq           int64
	Deposit       id.ID
	DepositName   string
	DepositNumber string // of the receipt that took it
	Room          id.ID
	RoomLabel     string
	PersonName    string // whose the deposit is, and who consented
	PayerName     string // who owes
	Held          money.Fen
	Settle        money.Fen // pays arrears
	Rest          money.Fen // is paid out
	Method        cashier.Method
	Account       string
	Reason        string
	Consent       string // how the consent was given
	State         SettleState
	AskedBy       id.ID
	Asker         string
	AskedAt       time.Time
	DecidedBy     id.ID
	Decider       string
	DecidedAt     time.Time
	Note          string
	PaidName      string
	PaidAt        time.Time
	Receipt       id.ID // of the arrears
	ReceiptNumber string
	Red           id.ID // of the rest
	RedNumber     string
	Undone        id.ID // the red receipt that took the first back
	UndoneNumber  string
	Version       int
	Lines         []cashier.HeldPart
}

// SettleAsk is what somebody wants to settle.
type SettleAsk struct {
	Deposit id.ID
	Charges []id.ID
	Late    []id.ID   // charges whose late fees are chosen
	Settle  money.Fen // pays them
	Rest    money.Fen // is paid out; what is left stays held
	Method  cashier.Method
	Account string
	Reason  string
	Agreed  bool            // whose deposit it is has consented
	Consent string          // how: a signature, a message
	Within  actor.Buildings // what the right of who asks is limited to; nil is the project
}

func (in *SettleAsk) check() error {
	in.Reason, in.Consent, in.Account = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Consent), strings.TrimSpace(in.Account)
	switch {
	case !in.Agreed:
		return ErrConsent.At("body.agreed", "须由本人同意", in.Agreed)
	case utf8.RuneCountInString(in.Consent) > 60:
		return ErrSettle.At("body.consent", "最多 60 个字", nil)
	case in.Reason == "" || utf8.RuneCountInString(in.Reason) > 150:
		return ErrSettle.Say("请写明原因").At("body.reason", "1–150 个字", nil)
	case in.Settle <= 0 || in.Settle > maxAmount:
		return ErrSettle.Say("请填写抵多少").At("body.settle", "应大于零", int64(in.Settle))
	case in.Rest < 0 || in.Rest > maxAmount:
		return ErrSettle.At("body.rest", "不能小于零", int64(in.Rest))
	case utf8.RuneCountInString(in.Account) > 60:
		return ErrSettle.At("body.account", "最多 60 个字", nil)
	}
	if in.Rest == 0 {
		in.Method, in.Account = "", ""
		return nil
	}
	if !slices.Contains([]cashier.Method{cashier.MethodCash, cashier.MethodCard, cashier.MethodTransfer}, in.Method) {
		return ErrSettle.Say("请选择余下的怎么退").At("body.method", "现金、刷卡或转账", string(in.Method))
	}
	return nil
}

// AskSettle proposes to give a deposit back against arrears; nothing moves until
// another person approves it and it is paid out. Errors: ErrConsent, ErrSettle,
// ErrShort, fault.ErrNotFound, cashier.ErrBeyond, and those of cashier.QuoteHeld.
func (s *Service) AskSettle(ctx context.Context, who actor.Actor, project id.ID, in SettleAsk) (Settlement, error) {
	if err := in.check(); err != nil {
		return Settlement{}, err
	}
	var x Settlement
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		x = Settlement{ID: tx.NewID(), Deposit: in.Deposit, Settle: in.Settle, Rest: in.Rest, Method: in.Method, Account: in.Account, Reason: in.Reason,
			Consent: in.Consent, State: SettleAsked, AskedBy: who.Account, Asker: who.Name, AskedAt: tx.Now(), Version: 1}
		if err := s.reachAsk(ctx, tx, project, in.Deposit, in.Within); err != nil {
			return err
		}
		if err := s.fill(ctx, tx, who, project, &x, in.Charges, in.Late); err != nil {
			return err
		}
		if err := insertSettle(ctx, tx, project, &x); err != nil {
			return fmt.Errorf("write settlement: %w", err)
		}
		s.recordSettle(tx, who, project, &x, "申请", nil)
		return nil
	})
	if err != nil {
		return Settlement{}, fmt.Errorf("ask settlement: %w", err)
	}
	return x, nil
}

// fill reads the deposit and what the amount pays. The household is locked
// before the deposit, as the counter does.
func (s *Service) fill(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, x *Settlement, charges, late []id.ID) error {
	d, err := oneDeposit(ctx, tx, project, x.Deposit)
	if err != nil {
		return err
	}
	x.Lines, err = s.cashier.QuoteHeld(ctx, tx, who, project, cashier.HeldUse{Room: d.Room, Charges: charges, Late: late, Amount: x.Settle})
	if err != nil {
		return err
	}
	if d, err = lockDeposit(ctx, tx, project, x.Deposit); err != nil {
		return err
	}
	free, err := s.free(ctx, tx, project, &d)
	if err != nil {
		return err
	}
	if x.Settle+x.Rest > free {
		return ErrShort.Say("这笔押金还有 %s 元可用，抵扣和退还合计 %s 元", free.Comma(), (x.Settle+x.Rest).Comma()).At("body.rest", "合计最多 "+free.Comma(), int64(x.Rest))
	}
	h, err := s.estate.Household(ctx, tx, project, d.Room)
	if err != nil {
		return err
	}
	x.DepositName, x.DepositNumber, x.Room, x.RoomLabel, x.PersonName, x.Held = d.Kind.Name(), d.Number, d.Room, d.RoomLabel, d.PersonName, free
	if h.Payer != nil {
		x.PayerName = h.Payer.Name
	}
	return nil
}

// picks are the charges and the late fees that the document names.
func (x *Settlement) picks() (charges, late []id.ID) {
	for _, l := range x.Lines {
		if l.Late {
			late = append(late, l.Charge)
		} else {
			charges = append(charges, l.Charge)
		}
	}
	return charges, late
}

func (s *Service) recordSettle(tx *db.Tx, who actor.Actor, project id.ID, x *Settlement, verb string, before any) {
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "deposit.settle_" + string(x.State), Kind: settleKind, Subject: x.ID,
		Summary: fmt.Sprintf("%s押金退还单 %s：%s%s 抵欠费 %s 元，退 %s 元，%s", verb, x.Number, x.RoomLabel, x.DepositName, x.Settle.Comma(), x.Rest.Comma(), x.Reason),
		Before:  before, After: x.facts()})
}

func (x *Settlement) facts() map[string]any {
	return map[string]any{"number": x.Number, "state": x.State, "room": x.RoomLabel, "deposit": x.DepositNumber, "settle": x.Settle, "rest": x.Rest,
		"method": x.Method, "consent": x.Consent, "note": x.Note, "receipt": x.ReceiptNumber, "red": x.RedNumber, "undone": x.Undone != 0}
}

// SettleFilter narrows the list; what is empty does not.
type SettleFilter struct {
	page.Request
	State   SettleState
	Deposit id.ID
	Within  actor.Buildings // leaves out what tells of rooms outside
}

// Settlements lists documents with what they pay, newest first.
func (s *Service) Settlements(ctx context.Context, project id.ID, f SettleFilter) (page.List[Settlement], error) {
	q := s.db.Reader(ctx)
	rooms, err := s.estate.RoomsWithin(ctx, q, project, f.Within)
	if err != nil {
		return page.List[Settlement]{}, fmt.Errorf("list settlements: %w", err)
	}
	list, err := page.Newest(&f.Request, func(x Settlement) id.ID { return x.ID }, func(before id.ID) ([]Settlement, error) {
		return listSettles(ctx, q, project, &f, rooms, before)
	})
	if err != nil {
		return list, fmt.Errorf("list settlements: %w", err)
	}
	if err = settleLines(ctx, q, project, list.Items); err == nil {
		list.Items, err = s.keepSettles(ctx, q, project, list.Items, f.Within)
	}
	if err != nil {
		return page.List[Settlement]{}, fmt.Errorf("list settlements: %w", err)
	}
	return list, s.nameUndone(ctx, q, project, list.Items)
}

// nameUndone puts the numbers of red receipts on documents that were taken back.
func (s *Service) nameUndone(ctx context.Context, q db.Q, project id.ID, list []Settlement) error {
	var reds []id.ID
	for i := range list {
		if list[i].Undone != 0 {
			reds = append(reds, list[i].Undone)
		}
	}
	numbers, err := s.cashier.ReceiptNumbers(ctx, q, project, reds)
	for i := range list {
		list[i].UndoneNumber = numbers[list[i].Undone]
	}
	return err
}

// Settlement reads one. Error: fault.ErrNotFound.
func (s *Service) Settlement(ctx context.Context, project, doc id.ID) (Settlement, error) {
	q := s.db.Reader(ctx)
	x, err := oneSettle(ctx, q, project, doc)
	if err != nil {
		return x, err
	}
	list := []Settlement{x}
	err = s.nameUndone(ctx, q, project, list)
	return list[0], err
}

// change locks a document and lets fn move it.
func (s *Service) changeSettle(ctx context.Context, who actor.Actor, project, doc id.ID, version int, fn func(*db.Tx, *Settlement) (string, error)) (Settlement, error) {
	var x Settlement
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if x, err = lockSettle(ctx, tx, project, doc); err != nil {
			return err
		}
		if x.Version != version {
			return fault.ErrStale
		}
		before := x.facts()
		verb, err := fn(tx, &x)
		if err != nil {
			return err
		}
		x.Version++
		s.recordSettle(tx, who, project, &x, verb, before)
		return updateSettle(ctx, tx, project, &x)
	})
	if err != nil {
		return Settlement{}, fmt.Errorf("change settlement: %w", err)
	}
	return x, nil
}

// DecideSettle approves or refuses. Whoever asked may not decide; a refusal
// needs a note; the approval gives the number. Errors: ErrOwn, ErrState,
// ErrSettle, fault.ErrStale, fault.ErrNotFound.
func (s *Service) DecideSettle(ctx context.Context, who actor.Actor, project, doc id.ID, approve bool, note string, version int) (Settlement, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); !approve && n == 0 || n > maxReason {
		return Settlement{}, ErrSettle.Say("请写明退回的原因").At("body.note", "1–200 个字", nil)
	}
	return s.changeSettle(ctx, who, project, doc, version, func(tx *db.Tx, x *Settlement) (string, error) {
		switch {
		case x.State != SettleAsked:
			return "", ErrState
		case x.AskedBy == who.Account && !who.IsSystem():
			return "", ErrOwn
		}
		x.DecidedBy, x.Decider, x.DecidedAt, x.Note, x.State = who.Account, who.Name, tx.Now(), note, SettleRefused
		if !approve {
			return "退回", nil
		}
		if x.State = SettleApproved; x.Number != "" { // computed again since
			return "批准", nil
		}
		x.Year = clock.DateOf(tx.Now()).Year()
		var err error
		x.Number, x.Seq, err = s.ledger.NextDocument(ctx, tx, project, settleSeries, x.Year)
		return "批准", err
	})
}

// WithdrawSettle takes back what is not paid out. Errors: ErrState, ErrNotMine.
func (s *Service) WithdrawSettle(ctx context.Context, who actor.Actor, project, doc id.ID, version int) (Settlement, error) {
	return s.changeSettle(ctx, who, project, doc, version, func(_ *db.Tx, x *Settlement) (string, error) {
		switch {
		case x.State != SettleAsked && x.State != SettleApproved:
			return "", ErrState
		case x.AskedBy != who.Account && !who.IsSystem():
			return "", ErrNotMine
		}
		x.State = SettleWithdrawn
		return "撤回", nil
	})
}
