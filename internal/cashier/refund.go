package cashier

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/kit/page"
)

// The rights of giving back: asking and paying out, and approving what
// somebody else asked for.
const (
	PermRed     actor.Permission = "cashier.red"
	PermApprove actor.Permission = "cashier.approve"
)

// refundKind is what the log calls an application.
const refundKind = "refund"

// What giving back refuses.
var (
	ErrRefund      = fault.New(fault.Invalid, "refund_invalid", "退款申请填写不完整，请按提示修改")
	ErrRefundMuch  = fault.New(fault.Conflict, "refund_too_much", "累计退款不能超过实收")
	ErrRefundState = fault.New(fault.Conflict, "refund_state", "这张申请现在不能这样做，请刷新后再看")
	ErrOwnRefund   = fault.New(fault.Conflict, "refund_own", "不能批自己提出的申请，请换一位有权限的同事")
	ErrNotAsker    = fault.New(fault.Conflict, "refund_not_asker", "只有提出申请的人可以撤回")
	ErrStillOpen   = fault.New(fault.Conflict, "red_still_open", "这张收据还没有交班，可以直接作废")
	ErrReversed    = fault.New(fault.Conflict, "red_done", "这张收据已经红冲")
	ErrRedPart     = fault.New(fault.Conflict, "red_after_refund", "这张收据退过款或有退款在办，不能整张红冲，可以退剩余的部分")
	ErrRedOfRed    = fault.New(fault.Conflict, "red_of_red", "红字收据不能作废、红冲或退款")
	ErrRedWallet   = fault.New(fault.Conflict, "red_prepaid_spent", "这张收据存入的预存已被用掉，不能整张红冲，可以改为退部分金额")
	ErrRedHeld     = fault.New(fault.Conflict, "red_deposit", "这是押金收据，请在押金里退还")
)

// RefundKind says what is given back.
type RefundKind string

// The kinds.
const (
	RefundRed     RefundKind = "red"     // a receipt as a whole, 红冲
	RefundPart    RefundKind = "part"    // a part of a receipt's money
	RefundPrepaid RefundKind = "prepaid" // prepaid money of a household
	// RefundCandidate is money that came through a channel and nobody asked for.
	RefundCandidate RefundKind = "candidate"
)

// Name is the kind in words.
func (k RefundKind) Name() string {
	return map[RefundKind]string{RefundRed: "红冲", RefundPart: "部分退款", RefundPrepaid: "退预存", RefundHeld: "退押金", RefundCandidate: "退多收",
		RefundEnded: "提前终止退费"}[k]
}

// RefundState is where an application stands.
type RefundState string

// The states. Only a paid one has moved money.
const (
	RefundAsked    RefundState = "asked"
	RefundApproved RefundState = "approved"
	RefundRefused  RefundState = "refused"
	RefundTaken    RefundState = "withdrawn"
	RefundPaid     RefundState = "paid"
	RefundSent     RefundState = "sent"   // approved, the channel is giving it back
	RefundFailed   RefundState = "failed" // the channel did not; it may be asked for in another way
)

// Refund is an application to give money back: asked by one person, approved
// by another, paid out with a red receipt.
type Refund struct {
	ID            id.ID
	Kind          RefundKind
	Receipt       id.ID // of RefundRed, RefundPart, and the one of a deposit
	ReceiptNumber string
	Deposit       id.ID
	Room          id.ID
	RoomLabel     string
	Payer         id.ID
	PayerName     string
	Amount        money.Fen // above zero
	Method        Method    // how it is paid out; empty for RefundRed: the way it came
	Account       string    // where to, as typed
	Reason        string
	State         RefundState
	AskedBy       id.ID
	Asker         string
	AskedAt       time.Time
	DecidedBy     id.ID
	Decider       string
	DecidedAt     time.Time
	Note          string
	PaidBy        id.ID
	PaidName      string
	PaidAt        time.Time
	Red           id.ID // the red receipt
	RedNumber     string
	Version       int

	Candidate     id.ID     // of RefundCandidate
	ChannelRefund id.ID     // the newest refund by the channel
	ChannelNumber string    // its 退款单号
	Held          money.Fen // prepaid money that is set aside for it
	Failure       string    // why the channel did not give back
}

// RefundAsk is what somebody asks to give back.
type RefundAsk struct {
	Kind    RefundKind
	Receipt id.ID     // of RefundRed and RefundPart
	Room    id.ID     // of RefundPrepaid
	Deposit id.ID     // of RefundHeld
	Amount  money.Fen // not of RefundRed
	Method  Method    // not of RefundRed
	Account string
	Reason  string

	Original  bool  // by the channel that took the money; of RefundPart
	Candidate id.ID // of RefundCandidate

	Within actor.Buildings // what the right of who asks is limited to; nil is the project
}

func (in *RefundAsk) check() error {
	in.Reason, in.Account = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Account)
	if n := utf8.RuneCountInString(in.Reason); n == 0 || n > maxReason {
		return ErrReason.Say("请写明原因").At("body.reason", "1–200 个字", nil)
	}
	if utf8.RuneCountInString(in.Account) > maxReference {
		return ErrRefund.At("body.account", "最多 60 个字", nil)
	}
	if in.Kind.Name() == "" || in.Kind == RefundEnded {
		return ErrRefund.At("body.kind", "不在可选范围内", string(in.Kind))
	}
	if in.Kind == RefundRed || in.Kind == RefundCandidate {
		in.Amount, in.Method, in.Account = 0, "", ""
		return nil
	}
	if in.Amount <= 0 || in.Amount > maxPay {
		return ErrRefund.Say("请填写退多少").At("body.amount", "应大于零", int64(in.Amount))
	}
	if in.Original && in.Kind == RefundPart {
		in.Method, in.Account = "", ""
		return nil
	}
	return in.checkMethod()
}

func (in *RefundAsk) checkMethod() error {
	if in.Method.Name() == "" || in.Method == MethodPrepay || in.Method.online() {
		return ErrRefund.Say("请选择怎么退").At("body.method", "现金、刷卡或转账", string(in.Method))
	}
	return nil
}

// AskRefund proposes to give money back; nothing moves until another person
// approves it and it is paid out. What is asked for and not paid yet counts
// as given back, so that the sum never exceeds what was paid.
// Errors: ErrRefund, ErrReason, ErrRefundMuch, ErrVoided, ErrReversed,
// ErrRedPart, ErrRedOfRed, ErrStillOpen, ErrRedHeld, ErrBeyond, fault.ErrNotFound.
func (s *Service) AskRefund(ctx context.Context, who actor.Actor, project id.ID, in RefundAsk) (Refund, error) {
	if err := in.check(); err != nil {
		return Refund{}, err
	}
	var f Refund
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		f = Refund{ID: tx.NewID(), Kind: in.Kind, Amount: in.Amount, Method: in.Method, Account: in.Account, Reason: in.Reason, State: RefundAsked,
			AskedBy: who.Account, Asker: who.Name, AskedAt: tx.Now(), Version: 1}
		err := s.reachAsked(ctx, tx, project, &in)
		if err != nil {
			return err
		}
		switch in.Kind {
		case RefundPrepaid:
			err = s.askPrepaid(ctx, tx, project, &f, in.Room)
		case RefundHeld:
			err = s.askHeld(ctx, tx, project, &f, in.Deposit)
		case RefundCandidate:
			err = s.askCandidate(ctx, tx, project, &f, in.Candidate)
		default:
			err = s.askReceipt(ctx, tx, project, &f, in.Receipt, in.Original)
		}
		if err != nil {
			return err
		}
		if err := insertRefund(ctx, tx, project, &f); err != nil {
			return fmt.Errorf("write refund: %w", err)
		}
		s.record(tx, who, project, &f, "cashier.refund_asked", "申请", nil)
		return nil
	})
	if err != nil {
		return Refund{}, fmt.Errorf("ask refund: %w", err)
	}
	return f, nil
}

// askReceipt holds the application against its receipt, which stays locked.
func (s *Service) askReceipt(ctx context.Context, tx *db.Tx, project id.ID, f *Refund, receipt id.ID, original bool) error {
	r, err := s.lockReceipt(ctx, tx, project, receipt)
	if err != nil {
		return err
	}
	if err := r.mayRefund(); err != nil {
		return err
	}
	open, err := openRefunds(ctx, tx, project, ofReceipt, r.ID)
	if err != nil {
		return fmt.Errorf("open refunds: %w", err)
	}
	f.Receipt, f.ReceiptNumber, f.Room, f.RoomLabel, f.Payer, f.PayerName = r.ID, r.Number, r.Room, r.RoomLabel, r.Payer, r.PayerName
	if original || f.Kind == RefundRed && r.paidOnline() {
		if err := s.askOriginal(f, &r); err != nil {
			return err
		}
	}
	if f.Kind == RefundRed {
		if f.Amount = r.Amount; open > 0 {
			return ErrRedPart
		}
		if err := r.mayRed(); err != nil {
			return err
		}
		return s.mayTakeBack(ctx, tx, project, r.ID, nil)
	}
	return s.stillRefundable(ctx, tx, project, &r, f)
}

func (s *Service) askPrepaid(ctx context.Context, tx *db.Tx, project id.ID, f *Refund, room id.ID) error {
	seat, err := s.lockSeat(ctx, tx, project, room)
	if err != nil {
		return err
	}
	open, err := openRefunds(ctx, tx, project, ofWallet, room)
	if err != nil {
		return fmt.Errorf("open refunds: %w", err)
	}
	have, err := s.payment.Balance(ctx, tx, project, seat.Payer, []id.ID{room})
	if err != nil {
		return err
	}
	f.Room, f.RoomLabel, f.Payer, f.PayerName = room, seat.Room.Label, seat.Payer, seat.PayerName
	if left := have - open; f.Amount > left {
		return ErrRefundMuch.Say("这间房的预存有 %s 元，在办的退款有 %s 元，最多还可退 %s 元", have.Comma(), open.Comma(), left.Comma()).
			At("body.amount", "最多 "+left.Comma(), int64(f.Amount))
	}
	return nil
}

// DecideRefund approves or refuses an application. Whoever asked may not
// decide; a refusal needs a note. Errors: ErrOwnRefund, ErrReason,
// ErrRefundState, fault.ErrStale, fault.ErrNotFound.
func (s *Service) DecideRefund(ctx context.Context, who actor.Actor, project, refund id.ID, approve bool, note string, version int) (Refund, error) {
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); !approve && n == 0 || n > maxReason {
		return Refund{}, ErrReason.Say("请写明退回的原因").At("body.note", "1–200 个字", nil)
	}
	return s.changeRefund(ctx, who, project, refund, version, func(tx *db.Tx, f *Refund) (string, error) {
		if f.State != RefundAsked {
			return "", ErrRefundState
		}
		if f.AskedBy == who.Account && !who.IsSystem() {
			return "", ErrOwnRefund
		}
		if approve && f.Method.online() {
			f.DecidedBy, f.Decider, f.DecidedAt, f.Note = who.Account, who.Name, tx.Now(), note
			return "批准原路退回", s.send(ctx, tx, who, project, f)
		}
		f.DecidedBy, f.Decider, f.DecidedAt, f.Note, f.State = who.Account, who.Name, tx.Now(), note, RefundApproved
		if !approve {
			f.State = RefundRefused
			return "退回", s.drop(ctx, tx, project, f)
		}
		return "批准", nil
	})
}

// WithdrawRefund takes back what is not paid out. Errors: ErrRefundState,
// ErrNotAsker, fault.ErrStale, fault.ErrNotFound.
func (s *Service) WithdrawRefund(ctx context.Context, who actor.Actor, project, refund id.ID, version int) (Refund, error) {
	return s.changeRefund(ctx, who, project, refund, version, func(tx *db.Tx, f *Refund) (string, error) {
		if f.State != RefundAsked && f.State != RefundApproved && f.State != RefundFailed {
			return "", ErrRefundState
		}
		if f.AskedBy != who.Account && !who.IsSystem() {
			return "", ErrNotAsker
		}
		f.State = RefundTaken
		return "撤回", s.drop(ctx, tx, project, f)
	})
}

func (s *Service) changeRefund(ctx context.Context, who actor.Actor, project, refund id.ID, version int, fn func(*db.Tx, *Refund) (string, error)) (Refund, error) {
	var f Refund
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		old, err := oneRefund(ctx, tx, project, refund)
		if err != nil {
			return err
		}
		// In the order of paying out: the receipt before its application.
		if old.Method.online() && old.Receipt != 0 {
			if _, err := s.lockReceipt(ctx, tx, project, old.Receipt); err != nil {
				return err
			}
		}
		if old, err = lockRefund(ctx, tx, project, refund); err != nil {
			return err
		}
		if old.Version != version {
			return fault.ErrStale
		}
		f = old
		verb, err := fn(tx, &f)
		if err != nil {
			return err
		}
		f.Version++
		s.record(tx, who, project, &f, "cashier.refund_"+string(f.State), verb, old.facts())
		return updateRefund(ctx, tx, project, &f)
	})
	if err != nil {
		return Refund{}, fmt.Errorf("change refund: %w", err)
	}
	return f, nil
}

func (s *Service) record(tx *db.Tx, who actor.Actor, project id.ID, f *Refund, action, verb string, before any) {
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: action, Kind: refundKind, Subject: f.ID,
		Summary: fmt.Sprintf("%s%s：%s %s %s 元，%s", verb, f.Kind.Name(), f.RoomLabel, f.ReceiptNumber, f.Amount.Comma(), f.Reason),
		Before:  before, After: f.facts()})
}

func (f *Refund) facts() map[string]any {
	return map[string]any{"kind": f.Kind, "state": f.State, "receipt": f.ReceiptNumber, "room": f.RoomLabel, "amount": f.Amount, "method": f.Method,
		"reason": f.Reason, "note": f.Note, "red": f.RedNumber}
}

// RefundFilter narrows the list of applications; zero fields do not.
type RefundFilter struct {
	page.Request
	State   RefundState
	Kind    RefundKind
	Room    id.ID
	Receipt id.ID
	Within  actor.Buildings // leaves out what tells of rooms outside
}

// Refunds lists applications, newest first.
func (s *Service) Refunds(ctx context.Context, project id.ID, f RefundFilter) (page.List[Refund], error) {
	q := s.db.Reader(ctx)
	rooms, err := s.estate.RoomsWithin(ctx, q, project, f.Within)
	if err != nil {
		return page.List[Refund]{}, fmt.Errorf("list refunds: %w", err)
	}
	list, err := page.Newest(&f.Request, func(r Refund) id.ID { return r.ID }, func(before id.ID) ([]Refund, error) {
		return listRefunds(ctx, q, project, &f, rooms, before)
	})
	if err != nil {
		return list, fmt.Errorf("list refunds: %w", err)
	}
	list.Items, err = s.keepRefunds(ctx, q, project, list.Items, f.Within)
	return list, err
}

// Refund reads one. Error: fault.ErrNotFound.
func (s *Service) Refund(ctx context.Context, project, refund id.ID) (Refund, error) {
	return oneRefund(ctx, s.db.Reader(ctx), project, refund)
}

// insertApproved writes an application that stands approved already, by a
// document of another room. What goes by a channel is sent at once.
func (s *Service) insertApproved(ctx context.Context, tx *db.Tx, asked, decided actor.Actor, project id.ID, f *Refund) error {
	f.State, f.AskedBy, f.Asker, f.AskedAt = RefundAsked, asked.Account, asked.Name, tx.Now()
	if err := insertRefund(ctx, tx, project, f); err != nil {
		return fmt.Errorf("write refund: %w", err)
	}
	f.State, f.DecidedBy, f.Decider, f.DecidedAt = RefundApproved, decided.Account, decided.Name, tx.Now()
	verb := "批准"
	if f.Method.online() {
		verb = "批准原路退回"
		if err := s.send(ctx, tx, decided, project, f); err != nil {
			return err
		}
	}
	s.record(tx, decided, project, f, "cashier.refund_"+string(f.State), verb, nil)
	return updateRefund(ctx, tx, project, f)
}
