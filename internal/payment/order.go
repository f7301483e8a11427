package payment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// What is refused about orders.
var (
	ErrOrderOpen  = fault.New(fault.Conflict, "order_open", "这户有一笔线上收款还没有结束，请先等它付完或取消")
	ErrOrderEnded = fault.New(fault.Conflict, "order_ended", "这笔线上收款已经结束")
	ErrOrderKey   = fault.New(fault.Conflict, "order_key_reused", "这个幂等键已用于另一笔收款")
	ErrOrder      = fault.New(fault.Internal, "order_invalid", "线上收款的内容不完整")
)

// orderLife is how long a code at the counter can be paid.
const orderLife = 15 * time.Minute

// OrderState is where an order stands.
type OrderState string

// The states: created → waiting → paid, closed or expired. Money that arrives
// for a closed or expired order makes it paid as well.
const (
	OrderCreated OrderState = "created" // not announced to the channel yet
	OrderWaiting OrderState = "waiting" // there is a code to pay
	OrderPaid    OrderState = "paid"
	OrderClosed  OrderState = "closed"
	OrderExpired OrderState = "expired"
)

// Open tells whether the order may still be paid as it was meant.
func (s OrderState) Open() bool { return s == OrderCreated || s == OrderWaiting }

// OrderLine is what one charge gets of an order.
type OrderLine struct {
	Charge id.ID
	Amount money.Fen
	Late   bool // for the late fee of the charge, as of the day of the order
}

// Order asks a channel for one fixed amount for one fixed list of charges:
// Amount = the lines + ToPrepay, in fen. Neither ever changes.
type Order struct {
	ID            id.ID
	Number        string // 商户订单号, embeds the project
	Channel       string
	Merchant      string // whose account it goes to, at the time: Merchant.Account
	Key           string // of the intention, "" without
	Room          id.ID
	RoomLabel     string
	Payer         id.ID
	PayerName     string
	Title         string // what the payer reads
	Policy        string // how the amount was allocated
	Amount        money.Fen
	ToPrepay      money.Fen
	Lines         []OrderLine
	State         OrderState
	Closing       bool      // somebody wants it closed
	Code          string    // text of the QR code, or with Phone the channel's page
	Phone         bool      // paid in the browser of the payer's telephone
	Desk          bool      // or, with Phone, of his computer
	Inside        string    // in the browser of the channel itself, by whom: InsideOf; Code is what Invoke takes
	Scan          ScanStage // the payer's code was scanned; "" else
	PayerAddress  string    // network address of that telephone while the order is announced; not kept
	Reason        string    // why it was closed
	Transaction   string
	Receipt       id.ID
	ReceiptNumber string
	CreatedBy     id.ID
	CreatedName   string
	CreatedAt     time.Time
	ExpiresAt     time.Time
	EndedAt       time.Time
}

// outlived tells whether an order was paid on another day than its late fees
// are of.
func (o *Order) outlived(paid time.Time) bool {
	late := slices.ContainsFunc(o.Lines, func(l OrderLine) bool { return l.Late })
	return late && clock.DateOf(paid) > clock.DateOf(o.CreatedAt)
}

// NewOrder is what the counter asks for.
type NewOrder struct {
	Channel   string
	Merchant  id.ID     // who takes the money; 0 is the default merchant
	Until     time.Time // not to be paid after it; zero leaves it to the channel's usual time
	Key       string
	Room      id.ID
	RoomLabel string
	Payer     id.ID
	PayerName string
	Title     string
	Policy    string
	Amount    money.Fen
	ToPrepay  money.Fen
	Lines     []OrderLine
	Phone     *Phone // nil asks for a QR code
	PayerCode string // scanned from the payer's telephone; not kept
}

// orderNumber is a 商户订单号 of 6–32 characters of 0-9A-Z and _, unique for the
// merchant; it begins with the project. Source: out_trade_no of WeChat Pay APIv3,
// and of Alipay, which takes no other sign.
func orderNumber(project, order id.ID) string {
	return strings.ToUpper("L" + strconv.FormatInt(int64(project), 36) + "_" + strconv.FormatInt(int64(order), 36))
}

// ProjectOf reads the project out of an order number; 0 when it is not ours.
func ProjectOf(number string) id.ID {
	end := strings.IndexAny(number, "_-") // - of orders before Alipay came
	if end < 0 || !strings.HasPrefix(number, "L") {
		return 0
	}
	p, err := strconv.ParseInt(strings.ToLower(number[1:end]), 36, 64)
	if err != nil {
		return 0
	}
	return id.ID(p)
}

func (in *NewOrder) check() error {
	sum := in.ToPrepay
	for _, l := range in.Lines {
		if l.Amount <= 0 {
			return ErrOrder.Because(fmt.Errorf("line of %d fen", l.Amount))
		}
		sum += l.Amount
	}
	if in.Amount <= 0 || sum != in.Amount || in.ToPrepay < 0 {
		return ErrOrder.Because(fmt.Errorf("order of %d fen for %d fen", in.Amount, sum))
	}
	return nil
}

// takes is the active merchant that an order goes to.
func (s *Service) takes(ctx context.Context, q db.Q, project id.ID, in *NewOrder) (Merchant, error) {
	_, m, err := s.Usable(ctx, q, project, in.Channel)
	if err == nil && in.Merchant != 0 && in.Merchant != m.ID {
		if m, err = s.MerchantByID(ctx, q, project, in.Merchant); err == nil && m.Channel != in.Channel {
			err = ErrNoMerchant
		}
	}
	if err == nil && !m.Active {
		err = ErrNoMerchant
	}
	return m, err
}

// OpenOrder writes an order and has it announced to the channel right after
// the commit. The caller has locked the room. The same key with the same
// content answers the same order. Errors: ErrNoMerchant, ErrOrderOpen,
// ErrOrderKey, ErrNoMobile, ErrNoDesktop, ErrNoScanner, ErrNoCode,
// ErrPayerElsewhere.
func (s *Service) OpenOrder(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, in NewOrder) (Order, error) {
	if err := in.check(); err != nil {
		return Order{}, err
	}
	m, err := s.takes(ctx, tx, project, &in)
	if err != nil {
		return Order{}, err
	}
	if err := errors.Join(s.mobile(&in, &m), s.scans(&in), in.opened(&m)); err != nil {
		return Order{}, err
	}
	if o, found, err := s.sameKey(ctx, tx, project, &in); err != nil || found {
		return o, err
	}
	open, err := openOrderOf(ctx, tx, project, in.Room)
	if err != nil {
		return Order{}, fmt.Errorf("look for open order: %w", err)
	}
	if open != 0 {
		return Order{}, ErrOrderOpen
	}
	o := Order{ID: tx.NewID(), Channel: in.Channel, Merchant: m.Account(), Key: in.Key, Room: in.Room, RoomLabel: in.RoomLabel, Payer: in.Payer,
		PayerName: in.PayerName, Title: in.Title, Policy: in.Policy, Amount: in.Amount, ToPrepay: in.ToPrepay, Lines: in.Lines, State: OrderCreated, Phone: in.Phone != nil, Desk: in.Phone != nil && in.Phone.Desk,
		CreatedBy: who.Account, CreatedName: who.Name, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(orderLife)}
	if o.Number = orderNumber(project, o.ID); in.PayerCode != "" {
		o.Scan, o.ExpiresAt = ScanNew, tx.Now().Add(scanLife)
	}
	if !in.Until.IsZero() && in.Until.Before(o.ExpiresAt) {
		o.ExpiresAt = in.Until
	}
	if in.Phone != nil && in.Phone.Who.Payer != "" {
		o.Inside = s.InsideOf(project, in.Phone.Who)
	}
	if err := insertOrder(ctx, tx, project, &o); err != nil {
		return Order{}, fmt.Errorf("write order: %w", err)
	}
	if err := s.announceLater(ctx, tx, project, o.ID, &in); err != nil {
		return Order{}, err
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "payment.order_opened", Kind: "order", Subject: o.ID,
		Summary: fmt.Sprintf("%s 发起%s收款 %s 元，订单 %s", o.RoomLabel, s.channels[o.Channel].Name(), o.Amount.Comma(), o.Number), After: o.facts()})
	return o, nil
}

func (s *Service) sameKey(ctx context.Context, q db.Q, project id.ID, in *NewOrder) (Order, bool, error) {
	if in.Key == "" {
		return Order{}, false, nil
	}
	o, found, err := orderByKey(ctx, q, project, in.Key)
	if err != nil || !found {
		return o, false, err
	}
	if o.Channel != in.Channel || (o.Scan != "") != (in.PayerCode != "") || o.Room != in.Room || o.Amount != in.Amount || o.ToPrepay != in.ToPrepay || !slices.Equal(o.Lines, in.Lines) {
		return Order{}, false, ErrOrderKey
	}
	return o, true, nil
}

func (o *Order) facts() map[string]any {
	return map[string]any{"number": o.Number, "room": o.RoomLabel, "amount": o.Amount, "to_prepay": o.ToPrepay, "lines": len(o.Lines),
		"state": o.State, "reason": o.Reason, "transaction": o.Transaction, "receipt": o.ReceiptNumber}
}

// Order reads one. Error: fault.ErrNotFound.
func (s *Service) Order(ctx context.Context, q db.Q, project, order id.ID) (Order, error) {
	o, err := oneOrder(ctx, q, project, order)
	if err != nil {
		return o, fmt.Errorf("read order: %w", err)
	}
	return o, nil
}

// OpenOrderOf is the order of a room that may still be paid, or nil.
func (s *Service) OpenOrderOf(ctx context.Context, q db.Q, project, room id.ID) (*Order, error) {
	open, err := openOrderOf(ctx, q, project, room)
	if err != nil || open == 0 {
		return nil, err
	}
	o, err := s.Order(ctx, q, project, open)
	return &o, err
}

// CancelOrder wants an open order closed; the channel is asked right after the
// commit, and money that came meanwhile wins. Errors: fault.ErrNotFound,
// ErrOrderEnded.
func (s *Service) CancelOrder(ctx context.Context, who actor.Actor, project, order id.ID, reason string) (Order, error) {
	var o Order
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if o, err = lockOrder(ctx, tx, project, order); err != nil {
			return err
		}
		if !o.State.Open() {
			return ErrOrderEnded
		}
		if o.Closing {
			return nil
		}
		o.Closing, o.Reason = true, reason
		if err := updateOrder(ctx, tx, project, &o); err != nil {
			return err
		}
		s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "payment.order_cancelled", Kind: "order", Subject: o.ID,
			Summary: fmt.Sprintf("取消%s收款 %s 元，订单 %s", s.channels[o.Channel].Name(), o.Amount.Comma(), o.Number), After: o.facts()})
		return s.closeLater(ctx, tx, project, o.ID, 0)
	})
	if err != nil {
		return Order{}, fmt.Errorf("cancel order: %w", err)
	}
	return o, nil
}

// end moves an open order to a state without money; an order that was paid
// meanwhile stays paid.
func (s *Service) end(ctx context.Context, project, order id.ID, state OrderState, reason string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		o, err := lockOrder(ctx, tx, project, order)
		if err != nil || !o.State.Open() {
			return err
		}
		if o.State, o.EndedAt, o.Closing = state, tx.Now(), false; o.Scan == ScanReversing {
			o.Scan = ScanReversed
			s.audit.Record(tx, audit.Entry{Project: project, Who: actor.System(s.channels[o.Channel].Name()), Action: "payment.order_reversed", Kind: "order", Subject: o.ID,
				Summary: fmt.Sprintf("撤销%s扫码收款 %s 元，订单 %s", s.channels[o.Channel].Name(), o.Amount.Comma(), o.Number), After: o.facts()})
		}
		if reason != "" {
			o.Reason = reason
		}
		return updateOrder(ctx, tx, project, &o)
	})
}
