package payment

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
	"linli/internal/ledger"
)

// What is refused about refunds by a channel.
var (
	ErrNoRefunder       = fault.New(fault.Conflict, "refund_channel", "这种收款渠道不支持原路退回，请改用现金、转账或刷卡退")
	ErrNoCapture        = fault.New(fault.Conflict, "refund_capture", "没有找到这笔线上到账，不能原路退回，请改用转账退")
	ErrCaptureShort     = fault.New(fault.Conflict, "refund_capture_short", "原路退回的合计不能超过这笔线上到账的金额")
	ErrMerchantReplaced = fault.New(fault.Conflict, "refund_merchant", "收这笔钱的商户号已经更换，不能原路退回，请改用转账退")
	// ErrRefundElsewhere is answered when the application has been dealt with in
	// another way.
	ErrRefundElsewhere = fault.New(fault.Conflict, "refund_elsewhere", "这笔退款已经用别的方式办完")
)

// RefundState is where a refund by a channel stands.
type RefundState string

// The states: created → processing → done or failed. Whatever is not final is
// asked for again with the same number until the channel tells.
const (
	RefundCreated    RefundState = "created"    // not accepted by the channel yet, as far as we know
	RefundProcessing RefundState = "processing" // accepted
	RefundDone       RefundState = "done"
	RefundFailed     RefundState = "failed"
	// RefundStray went back at last, after its application was dealt with in
	// another way: nothing is booked, the reconciliation shows it.
	RefundStray RefundState = "stray"
)

// Open tells whether the channel may still decide.
func (s RefundState) Open() bool { return s == RefundCreated || s == RefundProcessing }

// Refund gives a part of one capture back the way it came. Amounts in fen.
type Refund struct {
	ID            id.ID
	Number        string // 商户退款单号, embeds the project
	Channel       string
	Merchant      string
	Transaction   string // of the capture
	OrderNumber   string
	Captured      money.Fen
	Amount        money.Fen
	Held          money.Fen // prepaid money set aside for it
	Room          id.ID
	Payer         id.ID
	Application   id.ID // who asked and who approved stands there
	Candidate     id.ID // 0 when it is about a receipt
	Title         string
	State         RefundState
	Reason        string // why it failed, or why it is not known yet
	ChannelID     string // the channel's number
	Received      string
	Receipt       id.ID // the red receipt, 0 for money that no receipt was given for
	ReceiptNumber string
	CreatedAt     time.Time
	AcceptedAt    time.Time
	DoneAt        time.Time
	EndedAt       time.Time
}

// NewRefund is what an approved application asks for.
type NewRefund struct {
	Channel     string
	Transaction string
	Amount      money.Fen
	Held        money.Fen // of the room's and payer's prepaid money
	Room        id.ID
	Payer       id.ID
	Application id.ID
	Candidate   id.ID
	Title       string // what the payer reads
}

// refundNumber is a 商户退款单号 of up to 64 characters of 0-9A-Z and _, unique
// for the merchant; it begins with the project. Source: WeChat Pay APIv3,
// out_refund_no; Alipay, out_request_no.
func refundNumber(project, refund id.ID) string {
	return strings.ToUpper("T" + strconv.FormatInt(int64(project), 36) + "_" + strconv.FormatInt(int64(refund), 36))
}

// SendRefund writes a refund, sets the prepaid money aside and has the channel
// asked right after the commit. What goes back of one capture never exceeds
// it: the capture is locked. The caller has locked the household. Errors:
// ErrNoRefunder, ErrNoCapture, ErrCaptureShort, ErrMerchantReplaced,
// ErrNoMerchant, ErrBalance.
func (s *Service) SendRefund(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in NewRefund) (Refund, error) {
	if in.Amount <= 0 || in.Held < 0 || in.Held > in.Amount {
		return Refund{}, ErrOrder.Because(fmt.Errorf("refund of %d fen with %d set aside", in.Amount, in.Held))
	}
	r := Refund{Channel: in.Channel, Transaction: in.Transaction, Amount: in.Amount, Held: in.Held, Room: in.Room, Payer: in.Payer,
		Application: in.Application, Candidate: in.Candidate, Title: in.Title, State: RefundCreated, CreatedAt: tx.Now()}
	if err := s.fromCapture(ctx, tx, project, &r); err != nil {
		return Refund{}, err
	}
	again, err := refusedBefore(ctx, tx, project, &r)
	if err != nil {
		return Refund{}, fmt.Errorf("look for refused refund: %w", err)
	}
	if again != 0 {
		// The channel never took it: the same number is asked for again. Source:
		// WeChat Pay, 申请退款.
		r.ID = again
	} else {
		r.ID = tx.NewID()
	}
	r.Number = refundNumber(project, r.ID)
	if err := s.hold(ctx, tx, project, &r); err != nil {
		return Refund{}, err
	}
	if again != 0 {
		err = updateRefund(ctx, tx, project, &r)
	} else {
		err = insertRefund(ctx, tx, project, &r)
	}
	if err != nil {
		return Refund{}, fmt.Errorf("write refund: %w", err)
	}
	if err := s.refundLater(ctx, tx, project, &r, 0, 0); err != nil {
		return Refund{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "payment.refund_sent", Kind: "channel_refund", Subject: r.ID,
		Summary: fmt.Sprintf("向%s申请原路退回 %s 元，退款单 %s", s.channels[r.Channel].Name(), r.Amount.Comma(), r.Number), After: r.facts()})
	return r, nil
}

// fromCapture locks what the money goes back of, and holds the amount against
// it.
func (s *Service) fromCapture(ctx context.Context, tx *db.Tx, project id.ID, r *Refund) error {
	if _, err := s.channel(r.Channel); err != nil {
		return err
	}
	if !s.CanRefund(r.Channel) {
		return ErrNoRefunder
	}
	c, err := lockCapture(ctx, tx, project, r.Channel, r.Transaction)
	if err != nil {
		return err
	}
	_, m, err := s.UsableFor(ctx, tx, project, r.Channel, c.Merchant)
	if err != nil {
		return err
	}
	if c.Merchant != "" && c.Merchant != m.Account() {
		return ErrMerchantReplaced
	}
	back, err := refundedOf(ctx, tx, project, r.Channel, r.Transaction)
	if err != nil {
		return fmt.Errorf("sum refunds of capture: %w", err)
	}
	if left := c.Amount - back; r.Amount > left {
		return ErrCaptureShort.Say("这笔线上到账 %s 元，已原路退回和在办的有 %s 元，最多还可退 %s 元", c.Amount.Comma(), back.Comma(), left.Comma())
	}
	r.Merchant, r.OrderNumber, r.Captured = m.Account(), c.Number, c.Amount
	return nil
}

func (r *Refund) facts() map[string]any {
	return map[string]any{"number": r.Number, "transaction": r.Transaction, "amount": r.Amount, "held": r.Held, "state": r.State, "reason": r.Reason,
		"channel_number": r.ChannelID, "received": r.Received, "receipt": r.ReceiptNumber}
}

// heldForRefund is the purpose of prepaid money that a channel is giving back:
// nobody can spend it, and it still is the payer's.
const heldForRefund = "refund"

// hold moves prepaid money aside. Error: ErrBalance.
func (s *Service) hold(ctx context.Context, tx *db.Tx, project id.ID, r *Refund) error {
	if r.Held == 0 {
		return nil
	}
	if err := s.Spend(ctx, tx, project, r.Payer, []id.ID{r.Room}, r.Held, ledger.DocRefundHeld, r.ID); err != nil {
		return err
	}
	return s.fill(ctx, tx, project, r, heldForRefund, ledger.DocRefundHeld)
}

func (s *Service) fill(ctx context.Context, tx *db.Tx, project id.ID, r *Refund, purpose string, kind ledger.DocKind) error {
	wallet, err := creditWallet(ctx, tx, project, r.Room, r.Payer, purpose, r.Held)
	if err == nil {
		err = insertEntry(ctx, tx, project, wallet, r.Held, kind, r.ID)
	}
	if err != nil {
		return fmt.Errorf("set prepaid money aside: %w", err)
	}
	return nil
}

// free gives back to the payer what was set aside.
func (s *Service) free(ctx context.Context, tx *db.Tx, project id.ID, r *Refund) error {
	if r.Held == 0 {
		return nil
	}
	if err := s.SpendHeld(ctx, tx, project, r, ledger.DocRefundFreed, r.ID); err != nil {
		return err
	}
	return s.fill(ctx, tx, project, r, general, ledger.DocRefundFreed)
}

// SpendHeld takes what was set aside for a refund, as the document (kind, doc).
func (s *Service) SpendHeld(ctx context.Context, tx *db.Tx, project id.ID, r *Refund, kind ledger.DocKind, doc id.ID) error {
	if r.Held == 0 {
		return nil
	}
	wallet, err := heldWallet(ctx, tx, project, r.Room, r.Payer)
	if err == nil {
		err = s.move(ctx, tx, project, wallet, -r.Held, kind, doc)
	}
	if err != nil {
		return fmt.Errorf("spend what was set aside: %w", err)
	}
	return nil
}
