package payment

import (
	"context"
	"strings"
)

// Scanner is a Channel that takes the money of the code that a payer shows on
// the telephone (付款码) and somebody at the counter scans.
//
// What Channel says about an order holds for a scanned one, too: Query answers
// TradeOpen while the payer has to enter a password, and TradeClosed when the
// payment failed, was reversed, or was given up by the channel.
type Scanner interface {
	// Scan takes the money of the payer's code at once. It is called once for an
	// order, never again. TradePaid is money that is there; TradeOpen means that
	// the payer has to agree on the telephone first, and then Query goes on.
	// Error: a Refusal (ErrRefusedByChannel) when it is certain that nothing was
	// paid and nothing will be (no money, a code that is old or was used). Every
	// other error means that nobody knows, and Query goes on.
	Scan(ctx context.Context, m Merchant, o Order, code, notify string) (Trade, error)
	// Reverse (撤销) makes sure that the payer of a scanned code keeps the money,
	// or gets it back, also when the channel never heard of the order. After nil
	// the order cannot be paid any more. It may be repeated; every error means that
	// nobody knows.
	Reverse(ctx context.Context, m Merchant, number string) error
}

// Refusal is ErrRefusedByChannel with words for people: what is wrong, and what to
// do next.
type Refusal struct {
	Words string
	Cause string // the channel's code and words, for the log
}

func (r *Refusal) Error() string {
	return strings.Join([]string{ErrRefusedByChannel.Error(), r.Words, r.Cause}, ": ")
}

// Is makes a refusal known as ErrRefusedByChannel.
func (r *Refusal) Is(target error) bool { return target == ErrRefusedByChannel }

// ScannedChannel tells whose code was scanned: the key of the channel, "" when
// it is nobody's. Source: WeChat Pay, 付款码 (18 digits that begin with 10–15);
// Alipay, alipay.trade.pay, auth_code (16–24 digits that begin with 25–30).
func ScannedChannel(code string) string {
	if len(code) < 16 || len(code) > 24 || strings.Trim(code, "0123456789") != "" {
		return ""
	}
	switch head := code[:2]; {
	case head >= "10" && head <= "15" && len(code) == 18:
		return "wechat"
	case head >= "25" && head <= "30":
		return "alipay"
	}
	return ""
}

// CanScan tells whether a channel takes the money of a code that the payer
// shows.
func (s *Service) CanScan(channel string) bool {
	_, ok := s.channels[channel].(Scanner)
	return ok
}
